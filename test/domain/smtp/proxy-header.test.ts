import assert from 'node:assert/strict';
import { BlockList, isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseProxyHeader } from '#shared/domain/smtp/proxy-header.ts';

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';

function binary(command: number, family: number, addresses: Buffer): Buffer {
  const fixed = Buffer.from([...Buffer.from(SIGNATURE), command, family, 0, 0]);
  fixed.writeUInt16BE(addresses.length, 14);
  return Buffer.concat([fixed, addresses]);
}

const port = fc.nat(65_535);
const tlvs = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes));
/** A header, and the client that it names. */
type Sample = [Buffer, string | undefined];

const text = (family: string, address: fc.Arbitrary<string>) =>
  fc
    .tuple(address, address, port, port)
    .map(([source, to, ...ports]): Sample => [
      Buffer.from(`PROXY ${family} ${source} ${to} ${ports.join(' ')}\r\n`),
      source,
    ]);
const header: fc.Arbitrary<Sample> = fc.oneof(
  text('TCP4', fc.ipV4()),
  text('TCP6', fc.ipV6()),
  fc.constantFrom('', ' ', ' a b c').map((rest): Sample => [Buffer.from(`PROXY UNKNOWN${rest}\r\n`), undefined]),
  fc
    .tuple(fc.uint8Array({ minLength: 12, maxLength: 12 }), tlvs)
    .map(([at, rest]): Sample => [binary(0x21, 0x11, Buffer.concat([at, rest])), at.subarray(0, 4).join('.')]),
  fc.tuple(fc.uint8Array({ minLength: 36, maxLength: 36 }), tlvs).map(([at, rest]): Sample => {
    const groups = Buffer.from(at.subarray(0, 16)).toString('hex').match(/.{4}/g) ?? [];
    return [binary(0x21, 0x21, Buffer.concat([at, rest])), groups.join(':')];
  }),
  fc.tuple(fc.constantFrom(0x20, 0x21), tlvs).map(([command, rest]): Sample => [binary(command, 0, rest), undefined]),
);

function isSame(a: string, b: string): boolean {
  const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
  const list = new BlockList();
  list.addAddress(a, family(a));
  return list.check(b, family(b));
}

test('a header is whole at its last octet, wherever it is cut, and says the client', () => {
  fc.assert(
    fc.property(header, tlvs, ([bytes, client], rest) => {
      for (let end = 0; end < bytes.length; end += 1) {
        assert.equal(parseProxyHeader(bytes.subarray(0, end)), 'incomplete');
      }
      const parsed = parseProxyHeader(Buffer.concat([bytes, rest]));
      assert.ok(typeof parsed === 'object');
      assert.equal(parsed.length, bytes.length);
      assert.equal(parsed.client === undefined, client === undefined);
      if (parsed.client !== undefined && client !== undefined) assert.ok(isSame(parsed.client, client));
    }),
  );
});

test('any octets are a header, the beginning of one, or malformed; once they are malformed, more does not help', () => {
  const prefix = fc.constantFrom('', 'PROXY ', 'PROXY TCP4 ', 'PROXY UNKNOWN', SIGNATURE, `${SIGNATURE}\x21\x11\0`);
  fc.assert(
    fc.property(prefix, fc.uint8Array({ maxLength: 200 }), (begin, bytes) => {
      const all = Buffer.concat([Buffer.from(begin), bytes]);
      let verdict = parseProxyHeader(Buffer.alloc(0));
      for (let end = 1; end <= all.length; end += 1) {
        const next = parseProxyHeader(all.subarray(0, end));
        if (verdict !== 'incomplete') assert.deepEqual(next, verdict);
        verdict = next;
      }
      if (typeof verdict === 'object' && verdict.client !== undefined) assert.notEqual(isIP(verdict.client), 0);
    }),
  );
});

test('one client has one address, however it is written', () => {
  const client = (line: string) => {
    const parsed = parseProxyHeader(Buffer.from(`${line}\r\n`));
    return typeof parsed === 'object' ? parsed.client : parsed;
  };
  assert.equal(client('PROXY TCP6 2001:DB8:0::01 ::1 1 2'), '2001:db8::1');
  assert.equal(client('PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2'), '192.0.2.7');
  assert.equal(client('PROXY TCP6 ::ffff:c000:207 ::1 1 2'), '192.0.2.7');
});

const MALFORMED: readonly (readonly [string, Buffer])[] = [
  ['a session without a header', Buffer.from('EHLO home\r\n')],
  ['lower case', Buffer.from('proxy TCP4 192.0.2.7 192.0.2.1 1 2\r\n')],
  ['an address of the other family', Buffer.from('PROXY TCP4 ::1 192.0.2.1 1 2\r\n')],
  ['a name for an address', Buffer.from('PROXY TCP4 a.example 192.0.2.1 1 2\r\n')],
  ['a number above 255', Buffer.from('PROXY TCP4 192.0.2.256 192.0.2.1 1 2\r\n')],
  ['a zone', Buffer.from('PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n')],
  ['no port', Buffer.from('PROXY TCP4 192.0.2.7 192.0.2.1 1\r\n')],
  ['a port above 65535', Buffer.from('PROXY TCP4 192.0.2.7 192.0.2.1 1 65536\r\n')],
  ['two blanks', Buffer.from('PROXY TCP4  192.0.2.7 192.0.2.1 1 2\r\n')],
  ['a line end of LF alone', Buffer.from(`PROXY TCP4 192.0.2.7 192.0.2.1 1 2\n${'x'.repeat(100)}`)],
  ['another family', Buffer.from('PROXY UDP4 192.0.2.7 192.0.2.1 1 2\r\n')],
  ['a line without an end', Buffer.from(`PROXY UNKNOWN ${'x'.repeat(100)}`)],
  ['version 1 in the binary form', binary(0x11, 0x11, Buffer.alloc(12))],
  ['an unknown command', binary(0x22, 0x11, Buffer.alloc(12))],
  ['datagrams', binary(0x21, 0x12, Buffer.alloc(12))],
  ['a Unix socket', binary(0x21, 0x31, Buffer.alloc(216))],
  ['too few octets for the addresses', binary(0x21, 0x21, Buffer.alloc(35))],
  ['more than any proxy says', binary(0x21, 0x11, Buffer.alloc(4096))],
];

for (const [what, bytes] of MALFORMED) {
  test(`no header: ${what}`, () => assert.equal(parseProxyHeader(bytes), 'malformed'));
}
