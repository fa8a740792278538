import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerBytes, headerEnd, headerFields } from '#shared/domain/delivery/header-fields.ts';
import { sesHeader } from '#shared/domain/delivery/ses-rules.ts';

function fit(...lines: readonly string[]): string {
  const header = sesHeader(Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1'));
  assert.equal(header.kind, 'fit');
  return header.section.toString('latin1');
}

function unfit(...lines: readonly string[]): string {
  const header = sesHeader(Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1'));
  assert.equal(header.kind, 'unfit');
  return header.reason;
}

test('signatures, blind recipients, the return path and X-SES fields go, whatever their case and folding', () => {
  const left = fit(
    'Received: from home.example.jp',
    'DKIM-Signature: v=1; a=rsa-sha256;',
    '\tb=abc',
    '  def',
    'dkim-signature: v=1',
    'DomainKey-Signature: a=rsa-sha1',
    'From: aaa@example.jp',
    'BCC: secret@example.net',
    'Resent-Bcc: secret@example.net',
    'Return-Path: <other@example.org>',
    'x-ses-configuration-set: theirs',
    'X-SES-SOURCE-ARN : arn:aws:ses',
    'X-Sesame: stays',
    'Subject: hello',
  );
  assert.equal(left, 'Received: from home.example.jp\r\nFrom: aaa@example.jp\r\nX-Sesame: stays\r\nSubject: hello\r\n');
});

test('a field that hides behind a bare CR or LF is seen', () => {
  assert.equal(fit('Subject: a\rX-SES-MESSAGE-TAGS: t=1', 'To: b@example.net'), 'Subject: a\rTo: b@example.net\r\n');
  assert.equal(fit('Subject: a\nBcc: c@example.net', 'To: b@example.net'), 'Subject: a\nTo: b@example.net\r\n');
});

test('a field after a line that is no field is seen', () => {
  assert.equal(
    fit('no field at all', 'X-SES-CONFIGURATION-SET: x', 'To: b@example.net'),
    'no field at all\r\nTo: b@example.net\r\n',
  );
});

test('an empty To or Cc goes, since SES refuses it; an empty Subject stays', () => {
  assert.equal(fit('To:', 'Cc: ', '\t', 'Subject:'), 'Subject:\r\n');
});

test('a repeated once-only field that says the same goes', () => {
  assert.equal(
    fit('Subject: one two', 'From: a@example.jp', 'SUBJECT:  one', ' two '),
    'Subject: one two\r\nFrom: a@example.jp\r\n',
  );
});

test('a repeated once-only field that carries no meaning keeps its first value', () => {
  assert.equal(
    fit('Delivered-To: a@example.jp', 'Delivered-To: b@example.jp', 'To: c@example.jp'),
    'Delivered-To: a@example.jp\r\nTo: c@example.jp\r\n',
  );
});

test('two different values of a field that carries the meaning are refused, by name', () => {
  assert.match(unfit('From: a@example.jp', 'from: b@example.jp'), /more than one from field/);
  assert.match(unfit('Content-Type: text/plain', 'Content-Type: text/html'), /more than one content-type field/);
});

test('fields that may be repeated stay, in order', () => {
  const lines = ['Received: a', 'Received: b', 'X-Note: 1', 'X-Note: 2'];
  assert.equal(fit(...lines), lines.map((line) => `${line}\r\n`).join(''));
});

test('the header section ends before the empty line', () => {
  assert.equal(headerEnd(Buffer.from('A: b\r\n\r\nbody')), 6);
  assert.equal(headerEnd(Buffer.from('A: b\r\n')), 6);
  assert.equal(headerEnd(Buffer.from('\r\nbody\r\n\r\n')), 0);
});

const octets = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));

test('property: fields joined again are the section, octet for octet', () => {
  const piece = fc.constantFrom('\r\n', '\r', '\n', ' ', '\t', ':', 'Bcc', 'X-SES-A', 'a', '\u00e9', '\0');
  fc.assert(
    fc.property(
      fc.oneof(
        octets,
        fc.array(piece).map((pieces) => Buffer.from(pieces.join(''), 'latin1')),
      ),
      (section) => {
        assert.deepEqual(headerBytes(headerFields(section)), section);
      },
    ),
  );
});

const removedName = fc
  .constantFrom(
    'dkim-signature',
    'domainkey-signature',
    'bcc',
    'resent-bcc',
    'return-path',
    'x-ses-configuration-set',
    'x-ses-a',
  )
  .chain((name) =>
    fc.array(fc.boolean(), { minLength: name.length, maxLength: name.length }).map((upper) =>
      name
        .split('')
        .map((letter, i) => (upper[i] === true ? letter.toUpperCase() : letter))
        .join(''),
    ),
  );
const keptName = fc.constantFrom('Received', 'X-Note', 'To', 'X-Bcc', 'X-SE', 'DKIM');
const fold = fc.constantFrom('\r\n ', '\r\n\t', '\n ', '\r\t', ' ', '');
const lineEnd = fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r');
const value = fc.array(fc.tuple(fc.constantFrom('a', 'secret@example.net', 'X-SES-B: c', 'Bcc: d'), fold), {
  minLength: 1,
  maxLength: 4,
});
const field = fc
  .tuple(fc.oneof(removedName, keptName), fc.constantFrom('', ' ', '\t'), value, lineEnd)
  // White space at the end of a line would fold the next field into this one.
  .map(
    ([name, space, parts, end]) => `${name}${space}: ${parts.map(([text, folding]) => folding + text).join('')}${end}`,
  );

test('property: no removed field survives, and the others keep their octets and their order', () => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 12 }), (fields) => {
      const header = sesHeader(Buffer.from(fields.join(''), 'latin1'));
      assert.equal(header.kind, 'fit');
      const left = header.section.toString('latin1');
      assert.doesNotMatch(
        left,
        /(?:^|[\r\n])(?:dkim-signature|domainkey-signature|(?:resent-)?bcc|return-path|x-ses-[^:]*?)[ \t]*:/i,
      );
      const isKept = (text: string): boolean => /^(?:Received|X-Note|To|X-Bcc|X-SE|DKIM)[ \t]*:/.test(text);
      assert.equal(left, fields.filter(isKept).join(''));
    }),
  );
});
