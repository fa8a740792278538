// Three networks in network namespaces: a home whose provider blocks outbound port 25 (OP25B), a cloud, and the internet
// that routes between them and has a mail exchanger. The addresses are those for documentation (RFC 5737). All of it is
// gone after the test.

import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { finish, succeed } from './programs.ts';

export const MX = '198.51.100.25';
export const CLOUD = '203.0.113.2';

/** What runs a program there. */
export type Network = {
  readonly home: readonly string[];
  readonly cloud: readonly string[];
  readonly internet: readonly string[];
};

export async function layNetwork(t: TestContext): Promise<Network> {
  const run = randomBytes(3).toString('hex');
  const home = `op25b-${run}-home`;
  const cloud = `op25b-${run}-cloud`;
  const internet = `op25b-${run}-internet`;
  t.after(async () => {
    for (const name of [home, cloud, internet]) await finish(['ip', 'netns', 'del', name]);
  });
  const ip = async (words: string) => succeed(['ip', ...words.split(' ')]);
  for (const name of [home, cloud, internet]) {
    await ip(`netns add ${name}`);
    await ip(`-n ${name} link set lo up`);
  }
  await ip(`-n ${internet} address add ${MX}/32 dev lo`);
  for (const [name, network, link] of [
    [home, '192.0.2', 'to-home'],
    [cloud, '203.0.113', 'to-cloud'],
  ] as const) {
    await ip(`link add ${link} netns ${internet} type veth peer name uplink netns ${name}`);
    await ip(`-n ${internet} address add ${network}.1/24 dev ${link}`);
    await ip(`-n ${internet} link set ${link} up`);
    await ip(`-n ${name} address add ${network}.2/24 dev uplink`);
    await ip(`-n ${name} link set uplink up`);
    await ip(`-n ${name} route add default via ${network}.1`);
  }
  const inside = (name: string) => ['ip', 'netns', 'exec', name];
  await succeed([...inside(internet), 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
  await ip(`-n ${home} rule add ipproto tcp dport 25 prohibit`);
  return { home: inside(home), cloud: inside(cloud), internet: inside(internet) };
}
