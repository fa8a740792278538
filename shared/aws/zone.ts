// The zone in Route 53. A change is asked for, and then asked about until every name server has it: a minute as a rule.
// Each change is one record, so that none fails for another's sake.
// IAM: route53:ChangeResourceRecordSets on the zone, route53:GetChange on changes.

import { setTimeout } from 'node:timers/promises';
import {
  type ChangeAction,
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  InvalidChangeBatch,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import type { Zone } from '#shared/ports/zone.ts';
import { toFault } from './faults.ts';

/** Milliseconds between two questions. An account may ask Route 53 five times a second, all its programs together. */
const INTERVAL = 4 * 1000;
/** Questions before it is given up: three minutes. */
const QUESTIONS = 45;
/** Octets of one string of a TXT record (RFC 1035 §3.3). */
const STRING = 255;

type RecordType = 'A' | 'TXT';

export class Route53Zone implements Zone {
  readonly #client: Route53Client;
  readonly #zoneId: string;
  readonly #pause: (time: number) => Promise<unknown>;

  /** `pause` waits so many milliseconds. */
  constructor(o: { client: Route53Client; zoneId: string; pause?: (time: number) => Promise<unknown> }) {
    this.#client = o.client;
    this.#zoneId = o.zoneId;
    this.#pause = o.pause ?? setTimeout;
  }

  async put(name: string, type: RecordType, values: readonly string[], ttl: number): Promise<void> {
    try {
      await this.#change('UPSERT', name, type, values, ttl);
    } catch (error) {
      throw zoneFault(error, `${name} ${type} could not be set`);
    }
  }

  async remove(name: string, type: RecordType, values: readonly string[], ttl: number): Promise<void> {
    try {
      await this.#change('DELETE', name, type, values, ttl);
    } catch (error) {
      if (isOtherThanSaid(error)) return;
      throw zoneFault(error, `${name} ${type} could not be removed`);
    }
  }

  async #change(Action: ChangeAction, name: string, type: RecordType, values: readonly string[], ttl: number) {
    const ResourceRecords = values.map((value) => ({ Value: type === 'TXT' ? quoted(value) : value }));
    const ResourceRecordSet = { Name: name, Type: type, TTL: ttl, ResourceRecords };
    const { ChangeInfo } = await this.#client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: this.#zoneId,
        ChangeBatch: { Changes: [{ Action, ResourceRecordSet }] },
      }),
    );
    if (ChangeInfo?.Status !== 'INSYNC') await this.#inSync(ChangeInfo?.Id);
  }

  async #inSync(Id: string | undefined): Promise<void> {
    for (let question = 1; question <= QUESTIONS; question += 1) {
      await this.#pause(INTERVAL);
      const { ChangeInfo } = await this.#client.send(new GetChangeCommand({ Id }));
      if (ChangeInfo?.Status === 'INSYNC') return;
    }
    throw new TemporaryFault(`Route 53 has not brought a change to its name servers in ${QUESTIONS} questions`);
  }
}

/** As in a zone file, in strings of what one may hold. */
function quoted(text: string): string {
  const strings = text.match(new RegExp(`.{1,${STRING}}`, 'gs')) ?? [''];
  return strings.map((string) => `"${string.replace(/["\\]/g, '\\$&')}"`).join(' ');
}

/** The record that was to be deleted is not there, or has other values: Route 53 has no name of its own for either. */
function isOtherThanSaid(error: unknown): boolean {
  if (!(error instanceof InvalidChangeBatch)) return false;
  return /not found|do not match/.test([error.message, ...(error.messages ?? [])].join(' '));
}

function zoneFault(error: unknown, what: string): TemporaryFault | PermanentFault {
  if (!(error instanceof InvalidChangeBatch)) return toFault(error, what);
  return new PermanentFault(`${what}: ${error.message}`, { cause: error });
}
