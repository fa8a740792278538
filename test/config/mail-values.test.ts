import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { domains, hostName, line, networks, parseRelayhost, path, relayhost } from '#shared/config/mail-values.ts';
import type { ValueType } from '#shared/config/value-types.ts';

function check<T>(type: ValueType<T>, { good, bad }: { good: readonly string[]; bad: readonly string[] }): void {
  for (const text of good) assert.equal(type.parse(text).ok, true, `${text} is a ${type.name}`);
  for (const text of bad) assert.equal(type.parse(text).ok, false, `${text} is not a ${type.name}`);
}

test('networks are addresses and CIDR blocks of both families', () => {
  check(networks, {
    good: ['127.0.0.2/32', '192.0.2.7', '::1', '2001:db8::/32', '10.0.0.0/8, 172.16.0.0/12', ''],
    bad: [
      '10.0.0.300',
      '10.0.0.0/33',
      '::/129',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '10.0.0.0/-1',
      'localhost',
      'hash:/etc/networks',
    ],
  });
});

test('host names and domains are checked for their form', () => {
  check(hostName, {
    good: ['relay.example.jp', 'localhost', 'my_box', '3com.example', 'xn--eckwd4c7c.example'],
    bad: [
      '',
      'a b',
      'a..b',
      '.example.jp',
      '-a.example',
      'a@example.jp',
      'メール.example',
      `${'a'.repeat(64)}.example`,
    ],
  });
  check(domains, { good: ['example.jp, example.com', ''], bad: ['@example.jp', 'hash:/etc/postfix/relay'] });
});

test('a line of text cannot break a reply', () => {
  check(line, { good: ['mail.example.jp ESMTP', ''], bad: ['a\r\nb', 'メール'] });
});

test("a path has no table type before it, unlike Postfix's", () => {
  check(path, { good: ['', 'tls/server.crt', '/etc/relay/鍵.pem'], bad: ['hash:/etc/postfix/sasl_passwd', 'a\nb'] });
});

test("relayhost takes Postfix's four forms, and a port by number or name", () => {
  assert.deepEqual(parseRelayhost('[smtp.example.jp]:submission'), { host: 'smtp.example.jp', port: 587, mx: false });
  assert.deepEqual(parseRelayhost('[192.0.2.1]'), { host: '192.0.2.1', port: 25, mx: false });
  assert.deepEqual(parseRelayhost('[2001:db8::1]:submissions'), { host: '2001:db8::1', port: 465, mx: false });
  assert.deepEqual(parseRelayhost('example.jp:2525'), { host: 'example.jp', port: 2525, mx: true });
  assert.deepEqual(parseRelayhost('example.jp:smtp'), { host: 'example.jp', port: 25, mx: true });
  assert.deepEqual(parseRelayhost('example.jp'), { host: 'example.jp', port: 25, mx: true });
  check(relayhost, {
    good: ['[localhost]:1'],
    bad: [
      '[smtp.example.jp',
      'smtp.example.jp]:587',
      '[a]:0',
      '[a]:65536',
      '[a]:',
      '[a]:pop3',
      '2001:db8::1',
      '[]:25',
      'a b',
      '[a]b',
      '[a]:constructor',
    ],
  });
});

test('whatever relayhost is, a port that is read is a port', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\[?[a-z.:]{0,6}\]?:?\w{0,6}$/)), (text) => {
      const read = parseRelayhost(text);
      assert.ok(read === undefined || (Number.isInteger(read.port) && read.port >= 1 && read.port <= 65_535));
    }),
  );
});
