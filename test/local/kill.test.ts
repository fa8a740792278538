import assert from 'node:assert/strict';
import { createHash, randomInt } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { type Account, logIn, sendMessage } from '../support/smtp-client.ts';
import { outboxMessages, withoutTrace } from '../support/outbox-files.ts';
import { relayctl, startRelay } from '../support/relay-process.ts';

const ROUNDS = 10;
const CLIENTS = 4;
/** Milliseconds of load before the kill, at most. */
const LONGEST_LOAD = 800;
/** Past the size up to which a body lies in the database. */
const LARGE = 100 * 1024;

test('kill -9 at any moment under load loses no message that got a 250', { timeout: 120_000 }, async (t) => {
  const acknowledged = new Set<string>();
  const senders = Array.from({ length: CLIENTS }, (_, i) => new Sender(`c${i}`, acknowledged));
  let relay = await startRelay(t, { ports: 'submission=0' });
  const { account, dataDirectory } = relay;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const port = relay.port('submission');
    const load = senders.map((sender) => sender.sendUntilCut(port, account));
    await pause(randomInt(LONGEST_LOAD));
    relay.kill('SIGKILL');
    await Promise.all([...load, relay.ended]);
    relay = await startRelay(t, { dataDirectory, ports: 'submission=0' });
  }
  await eventually(
    'an empty queue',
    async () => (await relayctl(relay, 'queue', 'list')) === 'Mail queue is empty\n',
    30_000,
  );
  await relay.stop();

  const delivered = (await outboxMessages(dataDirectory)).map((message) => withoutTrace(message).toString('latin1'));
  const ids = delivered.map((content) => /^Message-ID: <(.*)@/.exec(content)?.[1] ?? '');
  for (const [i, id] of ids.entries()) assert.equal(hash(delivered[i] ?? ''), hash(contentOf(id)), `${id} is damaged`);
  const arrived = new Set(ids);
  const lost = [...acknowledged].filter((id) => !arrived.has(id));
  const repeated = [...new Set(ids.filter((id, i) => ids.indexOf(id) < i))];
  t.diagnostic(`${acknowledged.size} acknowledged, ${ids.length} delivered, ${lost.length} lost`);
  t.diagnostic(`${ids.length - arrived.size} duplicates: ${repeated.join(' ') || 'none'}`);
  assert.ok(acknowledged.size > ROUNDS, 'hardly any load');
  assert.deepEqual(lost, []);
});

/** Sends one message after the other, as a mail server does: one that got no 250 is sent again. */
class Sender {
  readonly #name: string;
  readonly #acknowledged: Set<string>;
  #next = 0;

  constructor(name: string, acknowledged: Set<string>) {
    this.#name = name;
    this.#acknowledged = acknowledged;
  }

  /** Until the connection breaks. */
  async sendUntilCut(port: number, account: Account): Promise<void> {
    const client = await logIn(port, account).catch(() => undefined);
    if (client === undefined) return;
    for (;;) {
      const id = `${this.#name}-${this.#next}`;
      const message = { from: 'aaa@example.jp', to: ['someone@example.net'], content: Buffer.from(contentOf(id)) };
      const reply = await sendMessage(client, message).catch(() => undefined);
      if (reply === undefined) return;
      assert.match(reply.text, /^2\.0\.0 Ok: queued as /);
      this.#acknowledged.add(id);
      this.#next += 1;
    }
  }
}

/** Every fifth message is large. The same text for the same id, so that damage shows. */
function contentOf(id: string): string {
  const isLarge = id.endsWith('0') || id.endsWith('5');
  const line = `${id} ${hash(id)}\r\n`;
  return `Message-ID: <${id}@example.jp>\r\n\r\n${line.repeat(isLarge ? Math.ceil(LARGE / line.length) : 3)}`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
