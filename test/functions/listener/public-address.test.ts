import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, test, type TestContext } from 'node:test';
import { keepPublicAddress, registerPublicAddress } from '#functions/listener/public-address.ts';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import type { Zone } from '#shared/ports/zone.ts';
import { keptLog } from '../../support/events.ts';

const PAUSE = { first: 1, longest: 4 };

/** Answers each request with the next of these; with the last from then on. */
async function answerWith(t: TestContext, ...answers: readonly [number, string][]): Promise<string> {
  let asked = 0;
  const server = createServer((_request, response) => {
    const [status, text] = answers[Math.min(asked++, answers.length - 1)] ?? [500, ''];
    response.writeHead(status).end(text);
  });
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Fails with these first. */
function recordedZone(...faults: Error[]) {
  const puts: Parameters<Zone['put']>[] = [];
  return {
    puts,
    async put(...record: Parameters<Zone['put']>): Promise<void> {
      puts.push(record);
      const fault = faults.shift();
      if (fault !== undefined) throw fault;
    },
  };
}

suite('without a load balancer', () => {
  test('the name gets the address that connections come from, for a minute', async (t) => {
    const zone = recordedZone();
    const addressUrl = await answerWith(t, [200, '203.0.113.7\n']);
    const { signal } = new AbortController();
    const address = await registerPublicAddress('relay.example.jp', { zone, addressUrl, log: keptLog(), signal });
    assert.equal(address, '203.0.113.7');
    assert.deepEqual(zone.puts, [['relay.example.jp', 'A', ['203.0.113.7'], 60]]);
  });

  test('it is tried until it has succeeded, whatever went wrong, and every failure is in the log', async (t) => {
    const zone = recordedZone(new TemporaryFault('throttled'), new PermanentFault('denied'));
    const addressUrl = await answerWith(t, [503, ''], [200, '<html>'], [200, '2001:db8::1'], [200, '203.0.113.7']);
    const log = keptLog();
    const { signal } = new AbortController();
    await registerPublicAddress('relay.example.jp', { zone, addressUrl, log, signal, pause: PAUSE });
    assert.equal(zone.puts.length, 3);
    assert.deepEqual(
      log.events.map(({ level, again }) => [level, again]),
      [...[1, 2, 4, 4, 4].map((pause) => ['error', pause]), ['info', undefined]],
    );
  });

  test('the end of the listener ends the attempts', async (t) => {
    const zone = recordedZone();
    const addressUrl = await answerWith(t, [503, '']);
    const end = new AbortController();
    const log = keptLog();
    const pause = { first: 60_000, longest: 60_000 };
    const registered = registerPublicAddress('relay.example.jp', { zone, addressUrl, log, signal: end.signal, pause });
    end.abort();
    assert.equal(await registered, undefined);
    assert.deepEqual(zone.puts, []);
  });

  /** Runs until the name has been looked up so often, each look finding the next of these; the last from then on. */
  async function keep(t: TestContext, looks: number, ...found: readonly (readonly string[] | Error)[]) {
    const zone = recordedZone();
    const addressUrl = await answerWith(t, [200, '203.0.113.7']);
    const end = new AbortController();
    let looked = 0;
    await keepPublicAddress('relay.example.jp', {
      zone,
      addressUrl,
      log: keptLog(),
      signal: end.signal,
      looks: { interval: 1, others: 3 },
      async resolve() {
        const next = found[Math.min(looked++, found.length - 1)] ?? [];
        if (looked === looks) end.abort();
        if (next instanceof Error) throw next;
        return next;
      },
    });
    return zone.puts.length;
  }
  const OURS = ['203.0.113.7'];
  const OTHERS = ['198.51.100.1'];

  test('a task that outlives the one that took its name takes the name back', async (t) => {
    assert.equal(await keep(t, 5, OURS, OTHERS, OTHERS, OTHERS, OURS), 2);
  });

  test('a name that is another for moments, as in a deployment, or that cannot be looked up, is left alone', async (t) => {
    const broken = new Error('queryA ESERVFAIL relay.example.jp');
    assert.equal(await keep(t, 8, OTHERS, OTHERS, OURS, OTHERS, OTHERS, broken, OTHERS, OURS), 1);
  });
});
