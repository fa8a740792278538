// One secret of Secrets Manager, whose current version is the one staged AWSCURRENT. `replace` is a compare and swap: the new
// version is put under a stage of its own, and AWSCURRENT is then moved from the version that was read, which Secrets Manager
// refuses if it is no longer there. Never looks into the value. Faults: faults.ts; a secret without a value is no fault.

import { randomUUID } from 'node:crypto';
import {
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { toFault } from './faults.ts';

const CURRENT = 'AWSCURRENT';
/** Stages of our own begin so. */
const OWN = 'relay-';

export type SecretValue = {
  /** Undefined while the secret has no value. */
  readonly version: string | undefined;
  readonly text: string | undefined;
  readonly stages: readonly string[];
};

export class VersionedSecret {
  /** The ARN or the name. */
  readonly id: string;
  readonly #client: SecretsManagerClient;

  constructor(client: SecretsManagerClient, id: string) {
    this.#client = client;
    this.id = id;
  }

  async read(): Promise<SecretValue> {
    try {
      const found = await this.#client.send(new GetSecretValueCommand({ SecretId: this.id }));
      return { version: found.VersionId, text: textOf(found), stages: found.VersionStages ?? [] };
    } catch (error) {
      if (hasNoValue(error)) return { version: undefined, text: undefined, stages: [] };
      throw this.#fault(error, 'read');
    }
  }

  /** Whatever there was. */
  async put(text: string): Promise<void> {
    try {
      await this.#client.send(new PutSecretValueCommand({ SecretId: this.id, SecretString: text }));
    } catch (error) {
      throw this.#fault(error, 'written');
    }
  }

  /** Puts `text` in the place of the value that was read. False if somebody else has replaced it meanwhile. */
  async replace(before: SecretValue, text: string): Promise<boolean> {
    const version = randomUUID();
    const stage = `${OWN}${version}`;
    try {
      await this.#client.send(
        new PutSecretValueCommand({
          SecretId: this.id,
          ClientRequestToken: version,
          SecretString: text,
          VersionStages: [stage],
        }),
      );
      return await this.#makeCurrent(version, before.version);
    } catch (error) {
      throw this.#fault(error, 'written');
    } finally {
      await this.#clear(version, stage);
      // Left by a writer that died; a secret has at most 20 stages.
      const left = before.stages.filter((each) => each.startsWith(OWN));
      for (const each of left) if (before.version !== undefined) await this.#clear(before.version, each);
    }
  }

  async #makeCurrent(version: string, before: string | undefined): Promise<boolean> {
    try {
      await this.#client.send(
        new UpdateSecretVersionStageCommand({
          SecretId: this.id,
          VersionStage: CURRENT,
          MoveToVersionId: version,
          ...(before === undefined ? {} : { RemoveFromVersionId: before }),
        }),
      );
      return true;
    } catch (error) {
      // Refused because somebody else was first; or because it is current already: a secret's first version always is, and
      // the answer to an earlier try may have been lost.
      const { version: current } = await this.read();
      if (current === version) return true;
      if (current !== before) return false;
      throw error;
    }
  }

  /** What stays behind is cleared by who writes next, and costs nothing until then. */
  async #clear(version: string, stage: string): Promise<void> {
    const command = new UpdateSecretVersionStageCommand({
      SecretId: this.id,
      VersionStage: stage,
      RemoveFromVersionId: version,
    });
    await this.#client.send(command).catch(() => {});
  }

  #fault(error: unknown, done: string) {
    return toFault(error, `the secret ${this.id} could not be ${done}`);
  }
}

/** A value that somebody has put as octets (`--secret-binary`) is a value, and not a secret without one. */
function textOf({ SecretString, SecretBinary }: GetSecretValueCommandOutput): string | undefined {
  return SecretBinary === undefined ? SecretString : Buffer.from(SecretBinary).toString('utf8');
}

/** The same error, in other words, says that there is no such secret. */
function hasNoValue(error: unknown): boolean {
  return error instanceof ResourceNotFoundException && /secret value/i.test(error.message);
}
