// The certificate program with Pebble, Let's Encrypt's ACME server for tests: its challenges are answered by a name server that
// says what the program has put into its zone.

import assert from 'node:assert/strict';
import { randomBytes, X509Certificate } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createAcmeAuthority } from '#functions/certificate/acme.ts';
import { createCertificate } from '#functions/certificate/certificate.ts';
import { generateKey } from '#functions/certificate/key.ts';
import type { ExternalAccount } from '#shared/ports/authority.ts';
import { startDnsServer } from '../support/dns-server.ts';
import { MemoryCertificates, MemoryZone } from '../support/memory-certificates.ts';
import { requires } from '../support/requires.ts';
import { DAY, TestAuthority } from '../support/test-authority.ts';
import { type PebbleOptions, startPebble } from './support/pebble.ts';

const NAME = 'smtp.example.com';
const skip = requires({ commands: ['pebble'] });

async function setUp(t: TestContext, options: Omit<PebbleOptions, 'dnsServer'> = {}) {
  const zone = new MemoryZone();
  const dns = await startDnsServer((name) => zone.records.get(`${name} TXT`) ?? []);
  t.after(() => dns.close());
  const pebble = await startPebble({ dnsServer: dns.address, ...options });
  t.after(() => pebble.close());
  setDefaultCACertificates([...getCACertificates('default'), pebble.ca]);
  const certificates = new MemoryCertificates();
  const events: Record<string, unknown>[] = [];
  const keep = (event: object) => void events.push(event as Record<string, unknown>);
  const program = (externalAccount?: ExternalAccount) =>
    createCertificate({
      certificates,
      authority: createAcmeAuthority({
        directory: pebble.directory,
        email: 'postmaster@example.com',
        externalAccount: externalAccount && (async () => externalAccount),
        looks: { first: 50, last: 500 },
      }),
      zone,
      names: [NAME],
      keys: ['ecdsa', 'rsa'],
      now: Date.now,
      log: { debug: keep, info: keep, warn: keep, error: keep },
    });
  const logged = (event: string) => events.filter((each) => each['event'] === event);
  return { zone, certificates, program, pebble, logged };
}

test(
  'a certificate of each kind is issued, checked and kept, and nothing is done until it is due',
  { skip },
  async (t) => {
    const { zone, certificates, program, logged } = await setUp(t);
    assert.deepEqual(await program().run(), { renewed: true, daysLeft: 89 });
    const first = certificates.pairs ?? [];
    assert.deepEqual(
      first.map(({ cert }) => new X509Certificate(cert).publicKey.asymmetricKeyType),
      ['ec', 'rsa'],
    );
    assert.equal(zone.records.size, 0, 'challenges are taken out of the zone');
    assert.ok(zone.history.length >= 2);
    assert.deepEqual(await program().run(), { renewed: false, daysLeft: 89 });
    assert.equal(certificates.pairs, first);
    assert.equal(logged('certificateOrder').length, 1);
  },
);

test('one whose life is over by two thirds is renewed, with the same account', { skip }, async (t) => {
  const { certificates, program, pebble, logged } = await setUp(t);
  await program().run();
  const account = certificates.kept;
  const old = await TestAuthority.start(() => Date.now() - 61 * DAY);
  certificates.pairs = await Promise.all(
    (['ecdsa', 'rsa'] as const).map(async (kind) => {
      const key = await generateKey(kind);
      const challenges = { publish: async () => {}, withdraw: async () => {} };
      const cert = await old.issue({ accountKey: '', names: [NAME], key, challenges });
      return { cert, key, authority: pebble.directory };
    }),
  );
  assert.deepEqual(await program().run(), { renewed: true, daysLeft: 89 });
  assert.equal(logged('certificateOrder')[1]?.['because'], 'two thirds of its life are over');
  assert.deepEqual(certificates.kept, account);
});

test(
  'a challenge that fails is told in the words of the authority, and its record is taken back',
  { skip },
  async (t) => {
    const { zone, certificates, program, logged } = await setUp(t);
    const put = zone.put.bind(zone);
    zone.put = (name, type) => put(name, type, ['something else']);
    zone.remove = async (name, type) => void zone.records.delete(`${name} ${type}`);
    const { renewed, problem } = await program().run();
    assert.equal(renewed, false);
    assert.match(problem ?? '', /Correct value not found for DNS challenge/);
    assert.equal(logged('certificateFailed')[0]?.['reason'], problem);
    assert.equal(zone.records.size, 0);
    assert.equal(certificates.pairs, undefined);
  },
);

test('an authority that cannot be reached is told by its address and the reason', { skip }, async (t) => {
  const { program, pebble } = await setUp(t);
  await pebble.close();
  const { problem } = await program().run();
  assert.match(problem ?? '', /^https:\/\/localhost:\d+\/dir: .*ECONNREFUSED/);
});

test('an account is bound to an external one where the authority wants that', { skip }, async (t) => {
  const hmacKey = randomBytes(32).toString('base64url');
  const { program } = await setUp(t, { externalAccounts: { 'kid-1': hmacKey } });
  assert.match((await program().run()).problem ?? '', /externalAccountBinding/);
  assert.match((await program({ kid: 'kid-1', hmacKey: 'AAAA' }).run()).problem ?? '', /external account binding JWS/);
  assert.deepEqual(await program({ kid: 'kid-1', hmacKey }).run(), { renewed: true, daysLeft: 89 });
});
