// What whoever decides about recipients must do (shared/ports/policy.ts), in this process or behind a call: the same verdicts for
// the same settings and directory, and where it cannot decide a fault, never a verdict.

import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { createPolicy, PolicySettings } from '#functions/policy/policy.ts';
import type { PolicyRequest, Verdict } from '#shared/domain/policy/request.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';
import type { Policy } from '#shared/ports/policy.ts';

export type PolicyContext = Parameters<typeof createPolicy>[0];

const NOTHING: PolicySettings = {
  smtpd_client_restrictions: [],
  smtpd_helo_restrictions: [],
  smtpd_sender_restrictions: [],
  smtpd_relay_restrictions: [],
  smtpd_recipient_restrictions: [],
  mynetworks: ['192.0.2.0/28', '2001:db8::/32'],
  mydestination: ['example.com'],
  relay_domains: ['Example.NET'],
};
const SERVICES: PolicyContext['services'] = new Map([
  [
    'smtp',
    {
      ...NOTHING,
      smtpd_sender_restrictions: ['reject_sender_login_mismatch'],
      smtpd_recipient_restrictions: ['permit_mynetworks', 'permit_sasl_authenticated', 'reject_unauth_destination'],
    },
  ],
  ['held', { ...NOTHING, smtpd_client_restrictions: ['hold'] }],
  ['closed', { ...NOTHING, smtpd_client_restrictions: ['reject'] }],
]);
const AAA = 'aaa@mail.example.jp';
const OWNERS = new Map([
  ['aaa@example.jp', [AAA]],
  ['@example.jp', ['bbb@mail.example.jp']],
]);
const REQUEST: PolicyRequest = {
  service: 'smtp',
  client: { address: '198.51.100.1', name: 'unknown' },
  helo: 'mx.example.org',
  sender: 'someone@example.org',
  recipients: ['victim@example.org'],
};

/** `permit`, `hold`, or the refusal as it goes out. */
const shown = (verdict: Verdict): string =>
  verdict.kind === 'permit' ? (verdict.hold ? 'hold' : 'permit') : verdict.reply.wire;

export function policyContract(
  provider: string,
  open: (t: TestContext, context: PolicyContext) => Policy | Promise<Policy>,
): void {
  const senderOwners = async (keys: readonly string[]) => keys.map((key) => OWNERS.get(key)).find(Boolean);
  const directory = { senderOwners };

  suite(`the policy of ${provider}`, () => {
    test('gives one verdict for each recipient, in order', async (t) => {
      const policy = await open(t, { directory, services: SERVICES });
      const recipients = ['a@example.com', 'victim@example.org', 'b@example.net', 'victim@example.org'];
      const denied = '554 5.7.1 <victim@example.org>: Relay access denied\r\n';
      const verdicts = await policy.judge({ ...REQUEST, recipients });
      assert.deepEqual(verdicts.map(shown), ['permit', denied, 'permit', denied]);
      const [, refusal] = verdicts;
      assert.deepEqual(refusal, { kind: 'refuse', reply: { code: 554, enhanced: '5.7.1', wire: denied } });
    });

    test('knows clients inside mynetworks, of both families', async (t) => {
      const policy = await open(t, { directory, services: SERVICES });
      const judged = async (address: string) =>
        (await policy.judge({ ...REQUEST, client: { address, name: 'unknown' } })).map(shown);
      assert.deepEqual(await judged('192.0.2.15'), ['permit']);
      assert.deepEqual(await judged('2001:db8::1'), ['permit']);
      assert.match(String(await judged('192.0.2.16')), /Relay access denied/);
      assert.match(String(await judged('2001:db9::1')), /Relay access denied/);
    });

    test('looks up who owns the sender', async (t) => {
      const policy = await open(t, { directory, services: SERVICES });
      const judged = async (sender: string, login?: string) =>
        String((await policy.judge({ ...REQUEST, sender, ...(login !== undefined && { login }) })).map(shown));
      assert.equal(await judged('AAA@example.jp', AAA), 'permit');
      assert.equal(await judged('', AAA), 'permit');
      assert.match(await judged('bbb@example.jp', AAA), /^553 5\.7\.1 <bbb@example\.jp>: .*not owned by user aaa/);
      assert.match(await judged('aaa@example.jp'), /^553 5\.7\.1 <aaa@example\.jp>: .*not logged in/);
    });

    test('says when a message is to be held', async (t) => {
      const policy = await open(t, { directory, services: SERVICES });
      assert.deepEqual((await policy.judge({ ...REQUEST, service: 'held' })).map(shown), ['hold']);
    });

    test('before RCPT only the lists that are named speak, and none about recipients', async (t) => {
      const policy = await open(t, { directory, services: SERVICES });
      const early = { ...REQUEST, recipients: [''] };
      const asked = async (service: string, stages: PolicyRequest['stages'] & {}): Promise<string[]> =>
        (await policy.judge({ ...early, service, stages })).map(shown);
      assert.deepEqual(await asked('closed', ['helo', 'sender']), ['permit']);
      assert.match(
        String(await asked('closed', ['client'])),
        /^554 5\.7\.1 <unknown\[198\.51\.100\.1\]>: Client host rejected/,
      );
      assert.deepEqual(await asked('smtp', ['client', 'helo', 'recipient']), ['permit']);
    });

    test('what a client typed comes back only as a reply may say it', async (t) => {
      const policy = await open(t, { directory, services: SERVICES });
      const odd = '"a\\"\u0000\r\n\u00e9\ud800b"@example.org';
      const [verdict] = await policy.judge({ ...REQUEST, recipients: [odd] });
      assert.match(verdict === undefined ? '' : shown(verdict), /^554 5\.7\.1 <a"\?{5}b@example\.org>: [ -~]+\r\n$/);
      const name = 'x'.repeat(2000);
      const closed = await policy.judge({ ...REQUEST, service: 'closed', client: { address: '198.51.100.1', name } });
      assert.equal(closed.map(shown).join('').length, 512);
    });

    test('a directory that does not answer is a temporary fault', async (t) => {
      const silent = { senderOwners: () => Promise.reject(new TemporaryFault('the directory does not answer')) };
      const policy = await open(t, { directory: silent, services: SERVICES });
      await assert.rejects(policy.judge(REQUEST), TemporaryFault);
    });

    test('a service that nobody has set up is never a permit', async (t) => {
      const policy = await open(t, { directory, services: SERVICES });
      await assert.rejects(policy.judge({ ...REQUEST, service: 'unknown' }));
    });
  });
}
