import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { HopCounter } from '#shared/domain/message/hops.ts';
import type { Exchange, SaslStep } from '#shared/domain/sasl/exchange.ts';
import { startExchange } from '#shared/domain/sasl/mechanisms.ts';
import { BodyDecoder, ChunkDecoder } from '#shared/domain/smtp/body.ts';
import { countedEvent, isRcpt, parseCommand } from '#shared/domain/smtp/command.ts';
import { parseEnvid, parseNotify, parseOrcpt, parseRet } from '#shared/domain/smtp/dsn.ts';
import { LineBuffer } from '#shared/domain/smtp/lines.ts';
import { parseParameters } from '#shared/domain/smtp/parameters.ts';
import { parsePathArgument, unquoted } from '#shared/domain/smtp/path.ts';
import { TestSession } from '../support/session.ts';

const BEGINNING = { challenge: '<1.1@relay.example.jp>', plusAnnounced: false };
const SCRAM = { nonce: 'nonce', salt: Buffer.alloc(16), iterations: 4096, channelBinding: Buffer.alloc(32) };

/** What comes of an exchange whose client says the same each time. */
function exchange(start: Exchange, response: Buffer): SaslStep {
  let step = start(response);
  for (let i = 0; i < 4 && (step.kind === 'challenge' || step.kind === 'beginning'); i++) {
    step = step.kind === 'challenge' ? step.next(response) : step.next(SCRAM);
  }
  return step;
}

function logIn(response: string): string {
  const session = new TestSession({}, true);
  session.lines('EHLO home');
  return session.lines('AUTH PLAIN', response);
}

const octetsOf = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Everything that reads what a client has sent, each with beginnings that lead far into it. Texts are latin1. */
const PARSERS: Record<string, { readonly parse: (text: string) => unknown; readonly beginnings: readonly string[] }> = {
  command: { parse: (text) => [parseCommand(text), countedEvent(text), isRcpt(text)], beginnings: ['', 'rcpt'] },
  path: {
    parse: (text) => parsePathArgument(text, 'TO', true),
    beginnings: ['TO:', 'TO:<', 'TO:<"', 'TO:<a@', 'TO:<@a:'],
  },
  'path without brackets': {
    parse: (text) => parsePathArgument(text, 'TO', false),
    beginnings: ['TO:', 'TO:a@', 'TO:<'],
  },
  'address in a reply': { parse: unquoted, beginnings: ['', '"'] },
  parameters: { parse: parseParameters, beginnings: ['', 'SIZE='] },
  'DSN parameters': {
    parse: (text) => [parseRet(text), parseEnvid(text), parseNotify(text), parseOrcpt(text)],
    beginnings: ['', 'rfc822;', 'NEVER,', '+2B'],
  },
  PLAIN: { parse: (text) => exchange(startExchange('PLAIN', BEGINNING), octetsOf(text)), beginnings: ['', '\0a\0'] },
  LOGIN: { parse: (text) => exchange(startExchange('LOGIN', BEGINNING), octetsOf(text)), beginnings: [''] },
  'CRAM-MD5': {
    parse: (text) => exchange(() => startExchange('CRAM-MD5', BEGINNING)(undefined), octetsOf(text)),
    beginnings: ['', 'home '],
  },
  SCRAM: {
    parse: (text) => exchange(startExchange('SCRAM-SHA-256', BEGINNING), octetsOf(text)),
    beginnings: ['', 'n,,n=', 'n,,n=a,r=', 'n,a=a,n=a,r=b,', 'y,,n==2C'],
  },
  "SCRAM's proof": {
    parse(text) {
      const first = startExchange('SCRAM-SHA-256-PLUS', BEGINNING)(Buffer.from('p=tls-exporter,,n=a,r=b'));
      return first.kind === 'beginning' ? exchange(() => first.next(SCRAM), octetsOf(text)) : first;
    },
    beginnings: ['', 'c=', 'c=biws,r=', 'c=biws,r=b,', 'c=biws,r=b,p='],
  },
  base64: { parse: logIn, beginnings: ['', 'AAAA'] },
  lines: {
    parse(text) {
      const lines = new LineBuffer();
      lines.push(octetsOf(text));
      while (lines.next(2048) !== undefined) lines.peek(2048);
    },
    beginnings: ['', '\r\n'],
  },
  hops: {
    parse(text) {
      const hops = new HopCounter();
      for (let at = 0; at < text.length; at += 4096) hops.push(octetsOf(text.slice(at, at + 4096)));
      return hops.finish();
    },
    beginnings: ['', 'Received', 'Received: a\r\n'],
  },
  body: { parse: (text) => new BodyDecoder().push(octetsOf(text)), beginnings: ['', '.\r'] },
  chunk: { parse: (text) => new ChunkDecoder().push(octetsOf(text)), beginnings: ['', '\r'] },
};

const WORDS =
  'a A 0 . - _ @ : ; , = + / < > " \\ [ ] ( a. .a a@ "" \\" "a" +2B =2C a, ,a= received: <> NEVER, AAAA'.split(' ');
const BLANKS = [' ', '\t', '\r', '\n', '\0', '\xe9', '\r\n', '..\r\n', 'received ', 'RCPT\r\n', ' a=b', '\0a'];
const UNITS = [...WORDS, ...BLANKS];
const ENDS = ['', '>', '"', '\0', '=', '>\r\n'];
/** Octets. */
const LONG = 50_000;
/** Of processor time, in ms. What is linear takes some; what is not, with LONG octets, seconds. */
const LIMIT = 250;

function processorTime(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

suite('what a client has sent is read in time that grows with its length and no faster', () => {
  for (const [name, { parse, beginnings }] of Object.entries(PARSERS)) {
    test(name, () => {
      for (const beginning of beginnings) {
        for (const unit of UNITS) {
          const middle = unit.repeat(LONG / unit.length);
          for (const end of ENDS) {
            const took = processorTime(() => parse(beginning + middle + end));
            assert.ok(took < LIMIT, `${JSON.stringify([beginning, unit, end])} took ${took} ms`);
          }
        }
      }
    });
  }
});

suite('no octets make a reader throw', () => {
  for (const [name, { parse, beginnings }] of Object.entries(PARSERS)) {
    const piece = fc.oneof(
      fc.constantFrom(...UNITS, ...ENDS),
      fc.nat(255).map((code) => String.fromCharCode(code)),
    );
    const text = fc
      .tuple(fc.constantFrom(...beginnings), fc.array(piece, { maxLength: 20 }))
      .map(([beginning, pieces]) => beginning + pieces.join(''));
    test(name, () => {
      fc.assert(
        fc.property(text, (octets) => void parse(octets)),
        { numRuns: 1000 },
      );
    });
  }
});

test('a reader whose time grew with the square of the length would be found', () => {
  assert.ok(processorTime(() => / +$/.test(`${' '.repeat(LONG)}a`)) > LIMIT);
});
