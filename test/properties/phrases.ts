// What clients say and what the relay may be set to, for fast-check: words of SMTP in orders that make sense and in orders that
// make none.

import fc from 'fast-check';
import type { Settings } from '#shared/config/settings.ts';

const line = (...parts: readonly string[]): fc.Arbitrary<string> =>
  fc.constantFrom(...parts).map((text) => `${text}\r\n`);
const plain = (password: string): string => Buffer.from(`\0home@example.jp\0${password}`).toString('base64');
/** What a client may say, well or badly, without waiting for an answer: a line, a few, or a piece of one. latin1. */
export const phrase = fc.oneof(
  {
    arbitrary: line('EHLO home', 'HELO home', 'RSET', 'NOOP', 'VRFY x', 'ETRN x', 'QUIT', '', 'GET / HTTP/1.1'),
    weight: 2,
  },
  {
    arbitrary: line(
      'MAIL FROM:<a@example.jp>',
      'MAIL FROM:<> BODY=8BITMIME',
      'MAIL FROM:<a',
      'mail from:<a@b.example> SIZE=99999999999',
    ),
    weight: 3,
  },
  {
    arbitrary: line(
      'RCPT TO:<b@example.net>',
      'rcpt to:<c@refused.example>',
      'RCPT TO:<>',
      ' RCPT TO:<"d e"@example.net> NOTIFY=NEVER',
      'RCPT',
    ),
    weight: 6,
  },
  {
    arbitrary: line(
      'AUTH LOGIN',
      'AUTH PLAIN',
      `AUTH PLAIN ${plain('secret')}`,
      `AUTH PLAIN ${plain('wrong')}`,
      'AUTH CRAM-MD5',
      'AUTH SCRAM-SHA-256 biwsbj1ob21lLHI9YQ==',
      '*',
      'aG9tZQ==',
      'c2VjcmV0',
      '',
    ),
    weight: 3,
  },
  { arbitrary: line('DATA', 'DATA', 'BDAT 0 LAST', 'BDAT 4', 'BDAT 4 LAST', 'bdat 7 last'), weight: 3 },
  { arbitrary: line('.', '..', 'text', 'Received: x', '\r', 'a\rb', '\0', 'x'.repeat(2100)), weight: 4 },
  { arbitrary: fc.constantFrom('NOOP\n', 'RCPT TO:<b@example.net>\n', 'text\n', '.\n', '\n.\r\n'), weight: 2 },
  { arbitrary: fc.constant('EHLO home\r\nMAIL FROM:<a@example.jp>\r\nRCPT TO:<b@example.net>\r\n'), weight: 3 },
);

/** Settings that change what the session says. */
export const settings: fc.Arbitrary<Partial<Settings>> = fc.record({
  smtpd_forbid_bare_newline: fc.constantFrom('normalize', 'reject'),
  smtpd_helo_required: fc.boolean(),
  smtpd_recipient_limit: fc.constantFrom(1, 2, 1000),
  smtpd_hard_error_limit: fc.constantFrom(1, 3, 1000),
  message_size_limit: fc.constantFrom(5, 1000),
  hopcount_limit: fc.constantFrom(1, 50),
  smtpd_delay_reject: fc.boolean(),
  strict_rfc821_envelopes: fc.boolean(),
});
