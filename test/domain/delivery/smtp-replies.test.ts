import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal, unavailable } from '#shared/domain/delivery/smtp-replies.ts';

test('a 4yz reply defers and a 5yz reply fails, with its enhanced status and in smtp(8)’s words', () => {
  assert.deepEqual(refusal('450 4.2.0 <a@b>: Greylisted', 'mx.example.net', 'RCPT TO command'), {
    kind: 'deferred',
    status: '4.2.0',
    reason: 'host mx.example.net said: 450 4.2.0 <a@b>: Greylisted (in reply to RCPT TO command)',
    scope: 'recipient',
  });
  assert.deepEqual(refusal('550-5.1.1 no\r\n550 5.1.1 such user', 'mx', 'RCPT TO command'), {
    kind: 'failed',
    status: '5.1.1',
    reason: 'host mx said: 550-5.1.1 no 550 5.1.1 such user (in reply to RCPT TO command)',
  });
});

test('421 is the host’s trouble, whatever it answers', () => {
  assert.deepEqual(refusal('421 4.3.2 shutting down', 'mx', 'MAIL FROM command'), {
    kind: 'deferred',
    status: '4.3.2',
    reason: 'host mx said: 421 4.3.2 shutting down (in reply to MAIL FROM command)',
    scope: 'transport',
  });
});

test('a missing or contradicting enhanced status is made up from the reply code', () => {
  const status = (reply: string): string | undefined => {
    const outcome = refusal(reply, 'mx', 'DATA command');
    return outcome.kind === 'delivered' ? undefined : outcome.status;
  };
  assert.equal(status('550 no'), '5.0.0');
  assert.equal(status('550 4.1.1 confused'), '5.0.0');
  assert.equal(status('451 later'), '4.0.0');
});

test('a reply that is no refusal, where one was told, is temporary', () => {
  assert.equal(refusal('250 2.0.0 Ok', 'mx', 'DATA command').kind, 'deferred');
  assert.equal(refusal('', 'mx', 'DATA command').kind, 'deferred');
});

test('a host that is not there is the transport’s trouble', () => {
  assert.deepEqual(unavailable('connect to mx:25:\nrefused'), {
    kind: 'deferred',
    status: '4.4.1',
    reason: 'connect to mx:25: refused',
    scope: 'transport',
  });
});
