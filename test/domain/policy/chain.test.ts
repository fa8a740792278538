import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, type RestrictionLists } from '#shared/domain/policy/chain.ts';
import { senderKeys } from '#shared/domain/policy/login-map.ts';
import type { PolicyRequest, Verdict } from '#shared/domain/policy/request.ts';
import type { PolicyFacts } from '#shared/domain/policy/restrictions/restriction.ts';

const LISTS: RestrictionLists = {
  smtpd_client_restrictions: [],
  smtpd_helo_restrictions: [],
  smtpd_sender_restrictions: ['reject_sender_login_mismatch'],
  smtpd_relay_restrictions: [],
  smtpd_recipient_restrictions: ['permit_mynetworks', 'permit_sasl_authenticated', 'reject_unauth_destination'],
};
const REQUEST: PolicyRequest = {
  service: 'smtp',
  client: { address: '192.0.2.1', name: 'unknown' },
  helo: 'mx.example.org',
  sender: 'someone@example.org',
  recipients: ['victim@example.net'],
};
const FACTS: PolicyFacts = { insideNetwork: false, senderOwners: undefined, destinations: ['example.com'] };

/** `permit`, `hold`, or the refusal's code and words. */
function judged(
  request: Partial<PolicyRequest>,
  facts: Partial<PolicyFacts> = {},
  lists: Partial<RestrictionLists> = {},
): string[] {
  return judge({ ...REQUEST, ...request }, { ...FACTS, ...facts }, { ...LISTS, ...lists }).map(shown);
}
const shown = (verdict: Verdict): string =>
  verdict.kind === 'permit' ? (verdict.hold ? 'hold' : 'permit') : verdict.reply.wire.trimEnd();

test('nobody relays without a login', () => {
  assert.deepEqual(
    judged({ recipients: ['victim@example.net', 'a@example.com', 'a@sub.example.com', 'a@notexample.com'] }),
    [
      '554 5.7.1 <victim@example.net>: Relay access denied',
      'permit',
      'permit',
      '554 5.7.1 <a@notexample.com>: Relay access denied',
    ],
  );
});

for (const recipient of [
  'victim%example.net@example.com',
  'example.net!victim@example.com',
  '"victim@example.net"@example.com',
  'victim',
]) {
  test(`${recipient} hides a destination and is no way around`, () => {
    assert.match(judged({ recipients: [recipient] })[0] ?? '', /^554 5\.7\.1 .*: Relay access denied$/);
  });
}

test('a client inside mynetworks, and one that has logged in, relay', () => {
  assert.deepEqual(judged({}, { insideNetwork: true }), ['permit']);
  assert.deepEqual(judged({ login: 'aaa@mail.example.jp', sender: '' }), ['permit']);
});

test('an owned sender is its owners alone', () => {
  const owned = { senderOwners: ['aaa@mail.example.jp', 'ccc@mail.example.jp'] };
  assert.deepEqual(judged({ login: 'aaa@mail.example.jp' }, owned), ['permit']);
  assert.deepEqual(judged({ login: 'bbb@mail.example.jp' }, owned), [
    '553 5.7.1 <someone@example.org>: Sender address rejected: not owned by user bbb@mail.example.jp',
  ]);
  assert.deepEqual(judged({ recipients: ['a@example.com'] }, owned), [
    '553 5.7.1 <someone@example.org>: Sender address rejected: not logged in',
  ]);
});

test('whoever has logged in sends only as what is his, and the null sender is nobody’s', () => {
  assert.match(judged({ login: 'aaa@mail.example.jp' })[0] ?? '', /not owned by user/);
  assert.deepEqual(judged({ login: 'aaa@mail.example.jp', sender: '' }), ['permit']);
});

test('a permit ends its own list only; hold goes on', () => {
  const lists: Partial<RestrictionLists> = {
    smtpd_client_restrictions: ['permit', 'reject'],
    smtpd_recipient_restrictions: ['hold', 'reject_unauth_destination'],
  };
  assert.deepEqual(judged({ recipients: ['a@example.com', 'b@example.net'] }, {}, lists), [
    'hold',
    '554 5.7.1 <b@example.net>: Relay access denied',
  ]);
});

test('reject says what its list is about', () => {
  const said = (stage: keyof RestrictionLists): string => judged({}, {}, { [stage]: ['reject'] })[0] ?? '';
  assert.match(said('smtpd_client_restrictions'), /<unknown\[192\.0\.2\.1\]>: Client host rejected: Access denied/);
  assert.match(said('smtpd_helo_restrictions'), /<mx\.example\.org>: Helo command rejected: Access denied/);
  assert.match(said('smtpd_sender_restrictions'), /<someone@example\.org>: Sender address rejected: Access denied/);
  assert.match(
    said('smtpd_recipient_restrictions'),
    /<victim@example\.net>: Recipient address rejected: Access denied/,
  );
});

test('owners are looked up by address, then domain, then *, which owns no stranger’s address', () => {
  assert.deepEqual(senderKeys('AAA@Example.JP', true), ['aaa@example.jp', '@example.jp', '*']);
  assert.deepEqual(senderKeys('someone@example.org', false), ['someone@example.org', '@example.org']);
  assert.deepEqual(senderKeys('', true), []);
});
