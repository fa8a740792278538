import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meteredLog } from '#shared/aws/metered-log.ts';
import { Meter } from '#shared/aws/metrics.ts';
import type { Log } from '#shared/ports/log.ts';

type Line = Readonly<Record<string, unknown>> & {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
};

function startMeter(level = 'scale') {
  const lines: Line[] = [];
  const meter = new Meter({ namespace: 'Relay', level, write: (line) => void lines.push(JSON.parse(line) as Line) });
  return { meter, lines };
}

const namesOf = (line: Line | undefined) => line?._aws.CloudWatchMetrics[0]?.Metrics.map(({ Name }) => Name);
const dimensionsOf = (line: Line | undefined) => line?._aws.CloudWatchMetrics[0]?.Dimensions;

test('counts of some time become one line, in the namespace, without any dimension', () => {
  const { meter, lines } = startMeter();
  meter.count({ event: 'queued' });
  meter.count({ event: 'queued' });
  meter.count({ event: 'delivery', outcome: 'delivered', recipients: 3 });
  meter.flush();
  assert.equal(lines.length, 1);
  assert.equal(lines[0]?._aws.CloudWatchMetrics[0]?.Namespace, 'Relay');
  assert.deepEqual(dimensionsOf(lines[0]), [[]]);
  assert.deepEqual(namesOf(lines[0]), ['Accepted', 'Delivered']);
  assert.deepEqual([lines[0]?.['Accepted'], lines[0]?.['Delivered']], [2, 3]);
  assert.equal(lines[0]?.['service'], undefined);
});

test('an event is counted only where the fields are what the row says', () => {
  const { meter, lines } = startMeter();
  meter.count({ event: 'login', result: 'refused' });
  meter.count({ event: 'login', result: 'ok' });
  meter.count({ event: 'login', result: 'ok' });
  meter.count({ event: 'nothing that a row names' });
  meter.flush();
  assert.deepEqual([lines[0]?.['LoginsAccepted'], lines[0]?.['LoginsRefused']], [2, 1]);
  assert.equal(lines[0]?.['LoginsUnavailable'], undefined);
});

test('each value of a dimension has a line of its own', () => {
  const { meter, lines } = startMeter();
  meter.count({ event: 'refused', reason: '554 5.7.1' });
  meter.count({ event: 'refused', reason: '550 5.1.1' });
  meter.count({ event: 'refused', reason: '554 5.7.1' });
  meter.flush();
  assert.deepEqual(
    lines.map((line) => [dimensionsOf(line), line['Reason'], line['Refused']]),
    [
      [[['Reason']], '554 5.7.1', 2],
      [[['Reason']], '550 5.1.1', 1],
    ],
  );
});

test('past 30 values of a dimension the rest is `other`, as long as the process lives', () => {
  const { meter, lines } = startMeter();
  for (let code = 0; code < 40; code += 1) meter.count({ event: 'refused', reason: `5${code}` });
  meter.flush();
  meter.count({ event: 'refused', reason: '599' });
  meter.count({ event: 'refused', reason: '50' });
  meter.flush();
  const counts = lines.map((line) => `${String(line['Reason'])}: ${String(line['Refused'])}`);
  assert.equal(counts.length, 31 + 2);
  assert.deepEqual(counts.slice(30), ['other: 10', 'other: 1', '50: 1']);
});

test('a highest value is the highest, and percentiles get every value', () => {
  const { meter, lines } = startMeter();
  for (const queued of [3, 9, 4]) meter.count({ event: 'queueRun', queued });
  for (const latency of [12, 7, 30]) meter.count({ event: 'policy', permitted: 1, refused: 0, latency });
  meter.flush();
  assert.equal(lines[0]?.['QueueSize'], 9);
  assert.deepEqual(lines[0]?.['PolicyLatency'], [12, 7, 30]);
  assert.equal(lines[0]?.['PolicyPermitted'], 3);
});

test('no line has more than 100 values of a metric, and none is lost', () => {
  const { meter, lines } = startMeter();
  for (let latency = 0; latency < 250; latency += 1) meter.count({ event: 'queued', latency });
  meter.flush();
  const values = lines.flatMap((line) => (line['AcceptanceLatency'] as number[] | undefined) ?? []);
  assert.deepEqual(values, [...Array(250).keys()]);
  assert.ok(lines.every((line) => ((line['AcceptanceLatency'] as number[] | undefined) ?? []).length <= 100));
  assert.equal(lines.at(-1)?.['Accepted'], 250);
});

test('of a home relay, only the rows for home are emitted', () => {
  const { meter, lines } = startMeter('home');
  meter.count({ event: 'queued', latency: 5 });
  meter.count({ event: 'refused', reason: '554 5.7.1' });
  meter.flush();
  assert.deepEqual(lines.map(namesOf), [['Accepted']]);
});

test('nothing counted is nothing written, and what was written is not written again', () => {
  const { meter, lines } = startMeter();
  meter.flush();
  meter.count({ event: 'queued' });
  meter.flush();
  meter.flush();
  assert.equal(lines.length, 1);
});

test('a value that is no number is passed over', () => {
  const { meter, lines } = startMeter();
  meter.count({ event: 'delivery', outcome: 'delivered', recipients: 'many', delay: NaN });
  meter.flush();
  assert.deepEqual(lines, []);
});

test('a place to write that fails fails nobody', () => {
  let broken = true;
  const lines: string[] = [];
  const write = (line: string): void => {
    if (broken) throw new Error('EPIPE');
    lines.push(line);
  };
  const meter = new Meter({ namespace: 'Relay', level: 'scale', write });
  meter.count({ event: 'queued' });
  meter.flush();
  broken = false;
  meter.count({ event: 'connect' });
  meter.flush();
  assert.deepEqual(
    lines.map((line) => namesOf(JSON.parse(line) as Line)),
    [['Connections']],
  );
});

test('a metered log says the same as the log, and the meter has counted it', () => {
  const { meter, lines } = startMeter();
  const said: unknown[] = [];
  const level =
    (name: string) =>
    (event: object, message: string): void =>
      void said.push([name, event, message]);
  const log: Log = { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
  meteredLog(log, meter).warn({ event: 'notQueued' }, 'the message is refused');
  meter.flush();
  assert.deepEqual(said, [['warn', { event: 'notQueued' }, 'the message is refused']]);
  assert.equal(lines[0]?.['NotStored'], 1);
});
