// What a stand-in for Secrets Manager keeps: secrets, their versions and the stages of these, by AWS's rules. A stage is on one
// version at a time; who moves AWSCURRENT must name the version that has it, and AWSPREVIOUS follows.

import { randomUUID } from 'node:crypto';

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';
const MOST_OCTETS = 64 * 1024;
/** Of a secret, those of all versions together. */
const MOST_STAGES = 20;

/** The fields of the requests that are understood here. */
export type SecretRequest = {
  readonly Name?: string;
  readonly SecretId?: string;
  readonly SecretString?: string;
  /** Base64. */
  readonly SecretBinary?: string;
  readonly ClientRequestToken?: string;
  readonly VersionStages?: readonly string[];
  readonly VersionId?: string;
  readonly VersionStage?: string;
  readonly MoveToVersionId?: string;
  readonly RemoveFromVersionId?: string;
};

/** `binary`: of a value that was put as octets, these in base64. */
type Version = { readonly text: string; readonly binary?: string; readonly stages: Set<string> };
type Secret = { readonly name: string; readonly arn: string; readonly versions: Map<string, Version> };

export class Refusal extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

export class SecretStore {
  readonly #secrets = new Map<string, Secret>();

  /** Gives the ARN. Without `value` the secret has no version. */
  add(name: string, value?: string): string {
    return this.create({ Name: name, ...(value === undefined ? {} : { SecretString: value }) }).ARN;
  }

  /** The current value. */
  valueOf(id: string): string | undefined {
    return holderOf(this.#find(id), CURRENT)?.[1].text;
  }

  /** All of a secret's versions by their ids, in the order in which they were put. */
  stagesOf(id: string): Map<string, string[]> {
    return new Map([...this.#find(id).versions].map(([version, { stages }]) => [version, [...stages]]));
  }

  create(request: SecretRequest) {
    const name = request.Name ?? '';
    if (!/^[\w/+=.@-]{1,512}$/.test(name)) throw new Refusal('ValidationException', 'Invalid name.');
    if (this.#secrets.has(name)) {
      throw new Refusal('ResourceExistsException', `The operation failed because the secret ${name} already exists.`);
    }
    const arn = `arn:aws:secretsmanager:ap-northeast-1:000000000000:secret:${name}-AbCdEf`;
    const secret: Secret = { name, arn, versions: new Map() };
    this.#secrets.set(name, secret);
    const { VersionStages: _, ...rest } = request;
    return { ARN: arn, Name: name, VersionId: rest.SecretString === undefined ? undefined : addVersion(secret, rest) };
  }

  get({ SecretId, VersionId, VersionStage = CURRENT }: SecretRequest) {
    const secret = this.#find(SecretId);
    const [id, version] = VersionId
      ? [VersionId, secret.versions.get(VersionId)]
      : (holderOf(secret, VersionStage) ?? ['', undefined]);
    if (version === undefined) {
      const what = VersionId ? `VersionId: ${VersionId}` : `staging label: ${VersionStage}`;
      throw new Refusal(
        'ResourceNotFoundException',
        `Secrets Manager can't find the specified secret value for ${what}`,
      );
    }
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: id,
      ...(version.binary === undefined ? { SecretString: version.text } : { SecretBinary: version.binary }),
      VersionStages: [...version.stages],
    };
  }

  put(request: SecretRequest) {
    const secret = this.#find(request.SecretId);
    const id = addVersion(secret, request);
    const stages = [...(secret.versions.get(id)?.stages ?? [])];
    return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: stages };
  }

  updateStage({ SecretId, VersionStage = '', MoveToVersionId, RemoveFromVersionId }: SecretRequest) {
    const secret = this.#find(SecretId);
    const [holder] = holderOf(secret, VersionStage) ?? [];
    if (holder !== RemoveFromVersionId) {
      throw new Refusal('InvalidParameterException', wrongHolder(VersionStage, holder, RemoveFromVersionId));
    }
    if (MoveToVersionId === undefined) {
      if (VersionStage === CURRENT) throw new Refusal('InvalidParameterException', `You can't remove ${CURRENT}.`);
      if (holder !== undefined) secret.versions.get(holder)?.stages.delete(VersionStage);
      return { ARN: secret.arn, Name: secret.name };
    }
    const target = secret.versions.get(MoveToVersionId);
    if (target === undefined) {
      throw new Refusal('ResourceNotFoundException', "Secrets Manager can't find the specified secret version.");
    }
    attach(secret, MoveToVersionId, [VersionStage]);
    return { ARN: secret.arn, Name: secret.name };
  }

  /** By name or ARN. */
  #find(id: string | undefined): Secret {
    // An ARN may come without the six random characters behind the name.
    const found = [...this.#secrets.values()].find(({ name, arn }) => [name, arn, arn.slice(0, -7)].includes(id ?? ''));
    if (found !== undefined) return found;
    throw new Refusal('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }
}

/** Says the version's id. The same token with the same value is one version, however often it comes. */
function addVersion(secret: Secret, request: SecretRequest): string {
  const { SecretBinary: binary, ClientRequestToken: id = randomUUID(), VersionStages = [CURRENT] } = request;
  const text = binary === undefined ? (request.SecretString ?? '') : Buffer.from(binary, 'base64').toString('utf8');
  if (text === '')
    throw new Refusal('InvalidRequestException', 'You must provide either SecretString or SecretBinary.');
  if (Buffer.byteLength(text) > MOST_OCTETS) {
    throw new Refusal('ValidationException', `Value at 'secretString' has length above ${MOST_OCTETS}`);
  }
  const same = secret.versions.get(id);
  if (same?.text === text) return id;
  if (same !== undefined) {
    throw new Refusal('ResourceExistsException', 'A resource with the ID you requested already exists.');
  }
  // The first version is current, whatever is asked for.
  const stages = secret.versions.size === 0 ? new Set([CURRENT, ...VersionStages]) : new Set(VersionStages);
  const present = [...secret.versions.values()].flatMap((version) => [...version.stages]);
  if (new Set([...present, ...stages]).size > MOST_STAGES) {
    throw new Refusal('LimitExceededException', `You can't have more than ${MOST_STAGES} staging labels.`);
  }
  secret.versions.set(id, { text, ...(binary === undefined ? {} : { binary }), stages: new Set() });
  attach(secret, id, [...stages]);
  return id;
}

function attach(secret: Secret, id: string, stages: readonly string[]): void {
  const before = holderOf(secret, CURRENT);
  const isNew = stages.includes(CURRENT) && before !== undefined && before[0] !== id;
  for (const stage of [...stages, ...(isNew ? [PREVIOUS] : [])]) holderOf(secret, stage)?.[1].stages.delete(stage);
  if (isNew) before[1].stages.add(PREVIOUS);
  for (const stage of stages) secret.versions.get(id)?.stages.add(stage);
}

function holderOf(secret: Secret, stage: string): [string, Version] | undefined {
  return [...secret.versions].find(([, { stages }]) => stages.has(stage));
}

function wrongHolder(stage: string, holder: string | undefined, named: string | undefined): string {
  if (holder === undefined) return `Staging label ${stage} is not attached to version ${named}.`;
  if (named === undefined) {
    return `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`;
  }
  return `When you move staging label ${stage}, if you specify RemoveFromVersionId, it must be set to the version that currently has the staging label ${stage}.`;
}
