import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextHops } from '#functions/deliver/next-hops.ts';

const domain = { host: 'example.net', port: 25, mx: true };
const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

test('a host in brackets is itself, and the DNS is not asked', async () => {
  assert.deepEqual(await nextHops({ ...domain, mx: false }, failing('ESERVFAIL')), ['example.net']);
});

test('a domain has its MX hosts, the preferred first', async () => {
  const resolve = async () => [
    { exchange: 'mx2.example.net', priority: 20 },
    { exchange: 'mx1.example.net', priority: 10 },
  ];
  assert.deepEqual(await nextHops(domain, resolve), ['mx1.example.net', 'mx2.example.net']);
});

test('a domain without MX records is its own host', async () => {
  assert.deepEqual(await nextHops(domain, failing('ENODATA')), ['example.net']);
  assert.deepEqual(await nextHops(domain, failing('ENOTFOUND')), ['example.net']);
  assert.deepEqual(await nextHops(domain, async () => []), ['example.net']);
});

test('a DNS that does not answer is trouble, not an absence', async () => {
  await assert.rejects(nextHops(domain, failing('ESERVFAIL')), { code: 'ESERVFAIL' });
});
