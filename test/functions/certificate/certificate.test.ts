import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createCertificate } from '#functions/certificate/certificate.ts';
import { generateKey, type KeyKind } from '#functions/certificate/key.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';
import { MemoryCertificates, MemoryZone } from '../../support/memory-certificates.ts';
import { DAY, type Spoil, TestAuthority } from '../../support/test-authority.ts';

const NAME = 'smtp.example.com';

async function setUp() {
  let time = Date.UTC(2026, 10, 24);
  const now = () => time;
  const events: Record<string, unknown>[] = [];
  const keep = (event: object) => void events.push(event as Record<string, unknown>);
  const certificates = new MemoryCertificates();
  const zone = new MemoryZone();
  const authority = await TestAuthority.start(now);
  const program = (keys: readonly KeyKind[] = ['ecdsa'], names: readonly string[] = [NAME], from = authority) =>
    createCertificate({
      certificates,
      authority: from,
      zone,
      names,
      keys,
      now,
      log: { debug: keep, info: keep, warn: keep, error: keep },
    });
  const logged = (event: string) => events.filter((each) => each['event'] === event);
  return { certificates, zone, authority, program, now, logged, pass: (days: number) => void (time += days * DAY) };
}

test('where there is none, one is ordered for each kind of key, and they are put together', async () => {
  const { certificates, program, logged } = await setUp();
  assert.deepEqual(await program(['ecdsa', 'rsa']).run(), { renewed: true, daysLeft: 89 });
  const kinds = certificates.pairs?.map(({ cert, key }) => {
    const leaf = new X509Certificate(cert);
    assert.ok(leaf.checkPrivateKey(createPrivateKey(key)));
    assert.equal(leaf.checkHost(NAME), NAME);
    return leaf.publicKey.asymmetricKeyType;
  });
  assert.deepEqual(kinds, ['ec', 'rsa']);
  assert.equal(certificates.puts, 1);
  assert.deepEqual(logged('certificate'), [{ event: 'certificate', renewed: true, daysLeft: 89 }]);
});

test('before two thirds of its life nothing is ordered, behind them it is renewed', async () => {
  const { certificates, authority, program, pass, logged } = await setUp();
  await program().run();
  const first = certificates.pairs;
  pass(59);
  assert.deepEqual(await program().run(), { renewed: false, daysLeft: 30 });
  assert.equal(authority.orders.length, 1);
  assert.equal(certificates.pairs, first);
  pass(1);
  assert.deepEqual(await program().run(), { renewed: true, daysLeft: 89 });
  assert.notDeepEqual(certificates.pairs, first);
  assert.deepEqual(
    logged('certificate').map(({ renewed }) => renewed),
    [true, false, true],
  );
});

test('whoever asks for it gets a new one before its time', async () => {
  const { certificates, program } = await setUp();
  await program().run();
  const first = certificates.pairs;
  assert.deepEqual(await program().run(true), { renewed: true, daysLeft: 89 });
  assert.notDeepEqual(certificates.pairs, first);
});

test('other names, other kinds of keys or another authority are reasons to renew', async () => {
  const { authority, now, program, logged } = await setUp();
  const other = await TestAuthority.start(now, 'https://other.example/directory');
  await program().run();
  for (const changed of [
    program(['ecdsa', 'rsa']),
    program(['ecdsa']),
    program(['ecdsa'], [NAME, 'mail.example.com']),
    program(['ecdsa'], [NAME], other),
  ]) {
    assert.equal((await changed.run()).renewed, true);
    assert.equal((await changed.run()).renewed, false);
  }
  assert.deepEqual(
    logged('certificateOrder').map(({ because }) => because),
    [
      'there is none',
      'other kinds of keys are wanted',
      'other kinds of keys are wanted',
      'other names are wanted',
      'it is from another authority',
    ],
  );
  assert.equal(new Set([...authority.orders, ...other.orders].map(({ accountKey }) => accountKey)).size, 2);
});

test('what is kept and cannot be read is renewed', async () => {
  const { certificates, program } = await setUp();
  certificates.pairs = [{ cert: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', key: 'gone' }];
  assert.deepEqual(await program().run(), { renewed: true, daysLeft: 89 });
});

test('an account is kept before its first order, and used again', async () => {
  const { certificates, authority, program } = await setUp();
  authority.spoil = { refusal: 'too many orders' };
  await program().run();
  const first = certificates.kept;
  assert.equal(first?.authority, authority.directory);
  authority.spoil = {};
  await program(['ecdsa', 'rsa']).run();
  assert.deepEqual(certificates.kept, first);
  assert.deepEqual(
    authority.orders.map(({ accountKey }) => accountKey),
    [first.key, first.key, first.key],
  );
});

test('a refusal leaves what is kept, is logged in its own words, and takes its record out of the zone', async () => {
  const { certificates, zone, authority, program, pass, logged } = await setUp();
  await program().run();
  const first = certificates.pairs;
  pass(70);
  authority.spoil = { refusal: 'CAA record prevents issuance' };
  const problem = 'https://authority.example/directory: CAA record prevents issuance';
  assert.deepEqual(await program().run(), { renewed: false, daysLeft: 19, problem });
  assert.equal(certificates.pairs, first);
  assert.equal(logged('certificateFailed')[0]?.['reason'], problem);
  assert.deepEqual(logged('certificate')[1], { event: 'certificate', renewed: false, daysLeft: 19 });
  assert.equal(zone.records.size, 0);
  assert.deepEqual(zone.history.slice(-2), [`put _acme-challenge.${NAME} TXT`, `remove _acme-challenge.${NAME} TXT`]);
  authority.spoil = {};
  assert.equal((await program().run()).renewed, true);
});

const unusable: readonly (readonly [Spoil, RegExp])[] = [
  [{ names: ['www.example.com'] }, /not for smtp\.example\.com/],
  [{ key: await generateKey('ecdsa') }, /another key/],
  [{ key: await generateKey('rsa') }, /another key/],
  [{ withoutChain: true }, /chain is missing/],
  [{ foreignChain: true }, /chain is not its own/],
  [{ notBefore: Date.UTC(2026, 11, 24) }, /valid from/],
  [{ notBefore: Date.UTC(2026, 8, 1) }, /ends at/],
];

for (const [spoil, problem] of unusable) {
  test(`a certificate that cannot be used is not put: ${problem.source}`, async () => {
    const { certificates, authority, program } = await setUp();
    authority.spoil = spoil;
    const run = await program().run();
    assert.deepEqual([run.renewed, run.daysLeft], [false, 0]);
    assert.match(run.problem ?? '', problem);
    assert.equal(certificates.puts, 0);
  });
}

test('one that fails keeps the other from being put', async () => {
  const { certificates, authority, program } = await setUp();
  const issue = authority.issue.bind(authority);
  authority.issue = (order) => {
    if (authority.orders.length === 1) authority.spoil = { refusal: 'no RSA here' };
    return issue(order);
  };
  const { renewed, problem } = await program(['ecdsa', 'rsa']).run();
  assert.deepEqual([renewed, problem], [false, `${authority.directory}: no RSA here`]);
  assert.equal(certificates.puts, 0);
});

test('a record that cannot be removed is logged, and the certificate is put all the same', async () => {
  const { certificates, zone, program, logged } = await setUp();
  zone.remove = () => Promise.reject(new TemporaryFault('the zone did not answer'));
  assert.equal((await program().run()).renewed, true);
  assert.equal(certificates.puts, 1);
  assert.deepEqual(logged('challengeLeft'), [
    { event: 'challengeLeft', name: NAME, reason: 'the zone did not answer' },
  ]);
});

test('a zone or a store that refuses a change is a failed renewal, not a failed run', async () => {
  const { certificates, zone, program } = await setUp();
  const put = zone.put.bind(zone);
  zone.put = () => Promise.reject(new TemporaryFault('no change in this zone'));
  assert.deepEqual(await program().run(), { renewed: false, daysLeft: 0, problem: 'no change in this zone' });
  zone.put = put;
  certificates.put = () => Promise.reject(new TemporaryFault('nothing can be written'));
  assert.deepEqual(await program().run(), { renewed: false, daysLeft: 0, problem: 'nothing can be written' });
});

test('a store that cannot be read fails the run, since nobody knows what it keeps', async () => {
  const { certificates, authority, program, logged } = await setUp();
  certificates.current = () => Promise.reject(new TemporaryFault('nothing can be read'));
  await assert.rejects(program().run(), TemporaryFault);
  assert.deepEqual([authority.orders.length, logged('certificate').length], [0, 0]);
});
