import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HopCounter } from '#shared/domain/message/hops.ts';
import { receivedHeader, type Trace } from '#shared/domain/message/received.ts';

const TRACE: Trace = {
  helo: 'home.example.jp',
  client: { address: '192.0.2.1', name: 'unknown' },
  myhostname: 'mail.example.jp',
  mailName: 'OP25B-Relay',
  extended: true,
  tls: true,
  authenticated: true,
  queueId: '8FBBE20C10A',
  recipients: ['someone@example.net'],
  now: Date.UTC(2026, 10, 24, 3, 5, 1),
};

test('the trace header names the one recipient', () => {
  assert.equal(
    receivedHeader(TRACE),
    'Received: from home.example.jp (unknown [192.0.2.1])\r\n' +
      '\tby mail.example.jp (OP25B-Relay) with ESMTPSA id 8FBBE20C10A\r\n' +
      '\tfor <someone@example.net>; Tue, 24 Nov 2026 03:05:01 +0000 (UTC)\r\n',
  );
});

test('with several recipients it names none, so that blind copies stay blind', () => {
  const header = receivedHeader({
    ...TRACE,
    recipients: ['a@example.net', 'b@example.net'],
    tls: false,
    authenticated: false,
  });
  assert.match(header, /with ESMTP id 8FBBE20C10A;\r\n\tTue, 24 Nov/);
  assert.doesNotMatch(header, /for </);
});

test('an IPv6 client is written as an address literal', () => {
  assert.match(
    receivedHeader({ ...TRACE, client: { address: '2001:db8::1', name: 'unknown' } }),
    /\[IPv6:2001:db8::1\]/,
  );
});

const header = fc.constantFrom(
  'Received: from a\r\n',
  'received:\r\n\tby b\r\n',
  'Subject: Received: no\r\n',
  'X-Received: no\r\n',
  `To: ${'x'.repeat(200)}\r\n`,
);

test('hops are the Received fields of the header section, in whatever pieces it comes', () => {
  fc.assert(
    fc.property(fc.array(header), fc.boolean(), fc.integer({ min: 1, max: 40 }), (fields, hasBody, size) => {
      const text = fields.join('') + (hasBody ? '\r\nReceived: in the body\r\n' : '');
      const counter = new HopCounter();
      for (let at = 0; at < text.length;) {
        let end = at + size;
        if (text[end - 1] === '\r') end += 1; // A piece never splits a CRLF.
        counter.push(Buffer.from(text.slice(at, end)));
        at = end;
      }
      assert.equal(counter.finish(), fields.filter((field) => /^received/i.test(field)).length);
    }),
  );
});
