// An authority of our own for tests: it wants its challenges published, and signs with a root that it makes for itself.
// `spoil` bends what it issues, so that a test can see it refused.

import { createPublicKey, randomBytes, webcrypto } from 'node:crypto';
import type { Authority, Order } from '#shared/ports/authority.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';
// It must be there before @peculiar/x509 is.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

export type Spoil = {
  /** Refuses in these words, behind the challenge. */
  refusal?: string;
  names?: readonly string[];
  /** PEM: issues for this key instead. */
  key?: string;
  withoutChain?: boolean;
  /** The chain of somebody else. */
  foreignChain?: boolean;
  /** Ms since the epoch. */
  notBefore?: number;
};

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
export const DAY = 24 * 60 * 60 * 1000;
/** Of what it issues. */
export const LIFE = 90 * DAY;

export class TestAuthority implements Authority {
  readonly directory: string;
  readonly orders: Pick<Order, 'accountKey' | 'names'>[] = [];
  /** The root, PEM. */
  readonly root: string;
  spoil: Spoil = {};
  readonly #now: () => number;
  readonly #keys: webcrypto.CryptoKeyPair;

  static async start(now: () => number, directory = 'https://authority.example/directory'): Promise<TestAuthority> {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    return new TestAuthority(now, directory, keys, await rootOf(keys));
  }

  private constructor(now: () => number, directory: string, keys: webcrypto.CryptoKeyPair, root: string) {
    this.#now = now;
    this.directory = directory;
    this.#keys = keys;
    this.root = root;
  }

  async issue({ accountKey, names, key, challenges }: Order): Promise<string> {
    this.orders.push({ accountKey, names });
    for (const name of names) {
      const value = randomBytes(32).toString('base64url');
      try {
        await challenges.publish(name, value);
        if (this.spoil.refusal !== undefined) throw new TemporaryFault(`${this.directory}: ${this.spoil.refusal}`);
      } finally {
        await challenges.withdraw(name, value);
      }
    }
    return this.#sign(names, key);
  }

  async #sign(asked: readonly string[], askedKey: string): Promise<string> {
    const { names = asked, key = askedKey, withoutChain = false, foreignChain = false } = this.spoil;
    const notBefore = this.spoil.notBefore ?? this.#now() - 3_600_000;
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: randomBytes(16).toString('hex'),
      subject: 'CN=leaf',
      issuer: new x509.X509Certificate(this.root).subject,
      notBefore: new Date(notBefore),
      notAfter: new Date(notBefore + LIFE),
      publicKey: createPublicKey(key).export({ type: 'spki', format: 'der' }),
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value })))],
    });
    const chain = foreignChain
      ? await rootOf(await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']))
      : this.root;
    return `${certificate.toString('pem')}\n${withoutChain ? '' : `${chain}\n`}`;
  }
}

async function rootOf(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Root of a test',
    notBefore: new Date(0),
    notAfter: new Date(Date.UTC(2100, 0)),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  return root.toString('pem');
}
