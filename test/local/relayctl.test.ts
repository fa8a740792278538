import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { startSink } from '../support/smtp-sink.ts';
import { type Account, logIn, sendMessage } from '../support/smtp-client.ts';
import { type RelayProcess, relayctl, startRelay } from '../support/relay-process.ts';

const SOON = 2000;

async function mayLogIn(relay: RelayProcess, account: Account): Promise<boolean> {
  const client = await logIn(relay.port('submission'), account).catch(() => undefined);
  client?.vanish();
  return client !== undefined;
}

async function becomes(relay: RelayProcess, account: Account, allowed: boolean): Promise<void> {
  const what = `${account.login} ${allowed ? 'may' : 'may not'} log in`;
  await eventually(what, async () => (await mayLogIn(relay, account)) === allowed, SOON);
}

function passwordIn(output: string): string {
  return /^ {2}(\S+)$/m.exec(output)?.[1] ?? '';
}

test('a running relay sees what relayctl does to accounts within two seconds', async (t) => {
  // It tries again and again until it may: that is not what is slowed down and refused here.
  const settings = 'smtpd_login_failure_delay: 0s\nsmtpd_client_login_failure_limit: 0\n';
  const relay = await startRelay(t, { ports: 'submission=0', settings });
  const login = 'bbb@example.jp';
  const first = { login, password: passwordIn(await relayctl(relay, 'account', 'add', login)) };
  await becomes(relay, first, true);
  const second = { login, password: passwordIn(await relayctl(relay, 'account', 'password', login)) };
  await becomes(relay, first, false);
  await becomes(relay, second, true);
  await relayctl(relay, 'account', 'disable', login);
  await becomes(relay, second, false);
  await relayctl(relay, 'account', 'enable', login);
  await becomes(relay, second, true);
  await relayctl(relay, 'account', 'remove', login);
  await becomes(relay, second, false);
  assert.ok(await mayLogIn(relay, relay.account));
});

test('mail that waits for its smarthost is listed, shown, held, released, deleted and flushed', async (t) => {
  const down = await startSink();
  await down.close();
  const settings = `default_transport: smtp\nrelayhost: "[127.0.0.1]:${down.port}"\nminimal_backoff_time: 1h\nmaximal_backoff_time: 1h\n`;
  const relay = await startRelay(t, { ports: 'submission=0', settings });
  const client = await logIn(relay.port('submission'), relay.account);
  const send = async (subject: string): Promise<string> => {
    const content = Buffer.from(`Subject: ${subject}\r\n\r\nhello\r\n`);
    const reply = await sendMessage(client, { from: 'aaa@example.jp', to: ['someone@example.net'], content });
    return reply.text.split(' ').at(-1) ?? '';
  };
  const ids = [await send('kept'), await send('deleted')] as const;
  const [kept, deleted] = ids;
  const list = (): Promise<string> => relayctl(relay, 'queue', 'list');
  await eventually('a reason', async () => /refused/i.test(await list()));
  for (const id of ids) assert.match(await list(), new RegExp(`^${id} +\\d+ .* aaa@example\\.jp$`, 'm'));
  assert.match(await relayctl(relay, 'queue', 'show', kept), /Subject: kept/);
  assert.match(await relayctl(relay, 'queue', 'show', '--body', kept), /\r\n\r\nhello\r\n$/);

  assert.equal(await relayctl(relay, 'queue', 'hold', kept), 'Put 1 message on hold.\n');
  assert.match(await list(), new RegExp(`^${kept}! `, 'm'));
  assert.equal(await relayctl(relay, 'queue', 'delete', deleted), 'Deleted 1 message.\n');
  assert.doesNotMatch(await list(), new RegExp(deleted));
  await assert.rejects(relayctl(relay, 'queue', 'show', deleted), /is not in the queue/);

  const up = await startSink({ port: down.port });
  t.after(() => up.close());
  await relayctl(relay, 'queue', 'flush');
  assert.match(await list(), new RegExp(`^${kept}! `, 'm'));
  assert.equal(await relayctl(relay, 'queue', 'release', kept), 'Released 1 message from hold: due now.\n');
  await eventually('the message at the smarthost', () => up.messages.length === 1);
  await eventually('an empty queue', async () => (await list()) === 'Mail queue is empty\n');
});

test('the outbox is listed and shown', async (t) => {
  const relay = await startRelay(t, { ports: 'submission=0' });
  assert.equal(await relayctl(relay, 'outbox', 'list'), 'The outbox is empty.\n');
  const client = await logIn(relay.port('submission'), relay.account);
  const content = Buffer.from('Subject: captured\r\n\r\nhello\r\n');
  const reply = await sendMessage(client, { from: 'aaa@example.jp', to: ['someone@example.net'], content });
  const id = reply.text.split(' ').at(-1) ?? '';
  await eventually('the message in the outbox', async () => (await relayctl(relay, 'outbox', 'list')).includes(id));
  assert.match(await relayctl(relay, 'outbox', 'list'), /<aaa@example\.jp> +<someone@example\.net> +captured$/m);
  assert.match(await relayctl(relay, 'outbox', 'show', id), /recipients +<someone@example\.net>[^]*Subject: captured/);
  assert.match(await relayctl(relay, 'outbox', 'show', '--body', id), /\r\n\r\nhello\r\n$/);
});
