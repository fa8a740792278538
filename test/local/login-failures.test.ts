import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RelayProcess, startRelay } from '../support/relay-process.ts';
import { type Account, logIn } from '../support/smtp-client.ts';

const SETTINGS = 'smtpd_client_login_failure_limit: 3\nsmtpd_login_failure_forgive_time: 1h\n';
const OPTIONS = { ports: 'submission=0', settings: SETTINGS };
const HOME = '127.0.0.2';
const STRANGER = '127.0.0.3';
const PUT_OFF = 'login refused: 454 4.7.0 Temporary authentication failure: try again later';

/** What came of it. */
async function tryLogin(relay: RelayProcess, account: Account, from: string): Promise<string> {
  try {
    (await logIn(relay.port('submission'), account, from)).vanish();
    return 'ok';
  } catch (error) {
    return (error as Error).message;
  }
}

test('who guesses passwords is put off, the owner at home is not, and both are remembered over a restart', async (t) => {
  const relay = await startRelay(t, OPTIONS);
  const { account, dataDirectory } = relay;
  const wrong = { ...account, password: 'wrong' };
  assert.equal(await tryLogin(relay, account, HOME), 'ok');
  for (const from of [STRANGER, STRANGER, STRANGER, HOME, HOME, HOME, HOME]) {
    assert.match(await tryLogin(relay, wrong, from), /^login refused: 535 5\.7\.8 /);
  }
  assert.equal(await tryLogin(relay, account, STRANGER), PUT_OFF);
  assert.equal(await tryLogin(relay, account, HOME), 'ok');
  assert.equal((await relay.stop()).status, 0);
  assert.match(relay.log(), /"client":"127\.0\.0\.3".*"result":"refused","reason":"tooManyFailures"/);

  const again = await startRelay(t, { ...OPTIONS, dataDirectory });
  assert.equal(await tryLogin(again, account, STRANGER), PUT_OFF);
  assert.equal(await tryLogin(again, account, HOME), 'ok');
});

test('the answer to a wrong password waits where there were many', async (t) => {
  const relay = await startRelay(t, { ports: 'submission=0', settings: 'smtpd_login_failure_delay: 1s\n' });
  const wrong = { ...relay.account, password: 'wrong' };
  for (let i = 0; i < 10; i++) await tryLogin(relay, wrong, STRANGER);
  const began = performance.now();
  await tryLogin(relay, wrong, STRANGER);
  // Timers may be early by a millisecond.
  assert.ok(performance.now() - began > 990);
});
