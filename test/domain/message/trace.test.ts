import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HopCounter } from '#shared/domain/message/hops.ts';
import { receivedHeader, type Trace, type TracedSession } from '#shared/domain/message/received.ts';

const SESSION: TracedSession = {
  helo: 'home.example.jp',
  client: { address: '192.0.2.1', name: 'unknown' },
  extended: true,
  tls: true,
  authenticated: true,
};
const TRACE: Trace = {
  myhostname: 'mail.example.jp',
  mailName: 'OP25B-Relay',
  queueId: '8FBBE20C10A',
  recipients: ['someone@example.net'],
  now: Date.UTC(2026, 10, 4, 3, 5, 1),
  session: SESSION,
};
const traced = (session: Partial<TracedSession>): string =>
  receivedHeader({ ...TRACE, session: { ...SESSION, ...session } });

test('the trace header names the one recipient', () => {
  assert.equal(
    receivedHeader(TRACE),
    'Received: from home.example.jp (unknown [192.0.2.1])\r\n' +
      '\tby mail.example.jp (OP25B-Relay) with ESMTPSA id 8FBBE20C10A\r\n' +
      '\tfor <someone@example.net>; Wed, 04 Nov 2026 03:05:01 +0000 (UTC)\r\n',
  );
});

test('with several recipients it names none, so that blind copies stay blind', () => {
  const header = receivedHeader({ ...TRACE, recipients: ['a@example.net', 'b@example.net'] });
  assert.match(header, /with ESMTPSA id 8FBBE20C10A;\r\n\tWed, 04 Nov/);
  assert.doesNotMatch(header, /for </);
});

test('it says how the message came: E for EHLO, S for TLS, A for a login', () => {
  const said = [false, true].flatMap((extended) =>
    [false, true].flatMap((tls) =>
      [false, true].map((authenticated) => / with (\w+) /.exec(traced({ extended, tls, authenticated }))?.[1]),
    ),
  );
  assert.deepEqual(said, ['SMTP', 'SMTP', 'SMTP', 'SMTP', 'ESMTP', 'ESMTPA', 'ESMTPS', 'ESMTPSA']);
});

test('a hidden client leaves nothing of itself in the header', () => {
  const { session: _, ...hidden } = TRACE;
  assert.equal(
    receivedHeader(hidden),
    'Received: by mail.example.jp (OP25B-Relay) id 8FBBE20C10A\r\n' +
      '\tfor <someone@example.net>; Wed, 04 Nov 2026 03:05:01 +0000 (UTC)\r\n',
  );
  assert.match(receivedHeader({ ...hidden, recipients: [] }), / id 8FBBE20C10A;\r\n\tWed/);
});

const TLS = { protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', bits: 128 };

test('TLS and the login have lines of their own where they are told', () => {
  assert.equal(
    traced({ tlsFacts: { ...TLS, certificateAsked: false }, login: 'aaa@mail.example.jp' }).split('by mail')[0],
    'Received: from home.example.jp (unknown [192.0.2.1])\r\n' +
      '\t(using TLSv1.3 with cipher TLS_AES_128_GCM_SHA256 (128/128 bits))\r\n' +
      '\t(No client certificate requested)\r\n' +
      '\t(Authenticated sender: aaa@mail.example.jp)\r\n\t',
  );
});

test('a certificate that was asked for is told of, or that there was none', () => {
  const asked = { ...TLS, certificateAsked: true };
  assert.match(traced({ tlsFacts: asked }), /\t\(Client did not present a certificate\)\r\n/);
  const certificate = { subject: 'home', issuer: 'My (own) \\CA' };
  assert.match(
    traced({ tlsFacts: { ...asked, certificate } }),
    /\t\(Client CN "home", Issuer "My \?own\? \?CA" \(not verified\)\)\r\n/,
  );
});

test('an IPv6 client is written as an address literal', () => {
  assert.match(traced({ client: { address: '2001:db8::1', name: 'unknown' } }), /\[IPv6:2001:db8::1\]/);
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
