// A stand-in for Route 53: one hosted zone whose record sets are changed and asked about as Route 53 would have it. A change is
// pending for as many questions as a test says. What is in the zone can be heard of, and handed to a real DNS server.

import type { ServerResponse } from 'node:http';
import { Faults, type Fault, listenOnLoopback, type Loopback } from './loopback.ts';

export type RecordSet = {
  /** Without a final dot, lower case. */
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  /** As they are written: those of TXT in quotes. */
  readonly values: readonly string[];
};

export type Route53StandIn = Loopback & {
  /** By `NAME TYPE`. */
  readonly records: ReadonlyMap<string, RecordSet>;
  /** The values of a name's TXT record, without their quotes. */
  txt(name: string): string[];
  /** The next requests that match `what` (`POST /…/rrset`, `GET /…/change/…`) fail so, one each. */
  fail(what: RegExp, ...faults: Fault[]): void;
  /** How often a change was asked about. */
  readonly questions: number;
};

export type Route53Options = {
  readonly zoneId?: string;
  /** How many questions about a change are answered PENDING. */
  readonly pending?: number;
  /** Called behind every change; the change is answered when it is done. */
  readonly onChange?: (action: 'UPSERT' | 'DELETE', record: RecordSet) => void | Promise<void>;
};

const API = '/2013-04-01';
const NAMESPACE = 'xmlns="https://route53.amazonaws.com/doc/2013-04-01/"';

export async function startRoute53({
  zoneId = 'Z0TEST',
  pending = 1,
  onChange,
}: Route53Options = {}): Promise<Route53StandIn> {
  const records = new Map<string, RecordSet>();
  const faults = new Faults();
  /** By a change's id: the questions that are still answered PENDING. */
  const changes = new Map<string, number>();
  let questions = 0;

  async function change(response: ServerResponse, xml: string): Promise<void> {
    const asked = parseChange(xml);
    if (asked === undefined) return refuse(response, 400, 'InvalidInput', 'that is no change of one record set');
    const { action, record } = asked;
    const key = `${record.name} ${record.type}`;
    const trouble = problem(action, record, records.get(key));
    if (trouble !== undefined) return refuse(response, 400, 'InvalidChangeBatch', `[${trouble}]`);
    if (action === 'UPSERT') records.set(key, record);
    else records.delete(key);
    await onChange?.(action, record);
    const id = `C${changes.size + 1}`;
    changes.set(id, pending);
    return answer(response, 'ChangeResourceRecordSetsResponse', id, 'PENDING');
  }

  function getChange(response: ServerResponse, id: string): void {
    const left = changes.get(id);
    if (left === undefined) return refuse(response, 404, 'NoSuchChange', `no change ${id}`);
    questions += 1;
    changes.set(id, left - 1);
    return answer(response, 'GetChangeResponse', id, left > 0 ? 'PENDING' : 'INSYNC');
  }

  const loopback = await listenOnLoopback(async (request, response, body) => {
    const { method = '', url = '' } = request;
    const fault = faults.take(`${method} ${url}`);
    if (fault === 'silence') return undefined;
    if (fault === 'hang up') return void request.socket.destroy();
    if (fault !== undefined) return refuse(response, fault.status, fault.type, fault.type);
    const path = url.replace(/\/$/, '');
    if (method === 'POST' && path === `${API}/hostedzone/${zoneId}/rrset`)
      return change(response, body.toString('utf8'));
    if (method === 'GET' && path.startsWith(`${API}/change/`)) return getChange(response, path.split('/').at(-1) ?? '');
    return refuse(response, 404, 'NoSuchHostedZone', `no zone for ${method} ${url}`);
  });

  return {
    ...loopback,
    records,
    txt: (name) => records.get(`${name} TXT`)?.values.map(unquoted) ?? [],
    fail: (what, ...more) => faults.add(what, more),
    get questions() {
      return questions;
    },
  };
}

/** Route 53's words for what is wrong with a change. */
function problem(action: string, record: RecordSet, there: RecordSet | undefined): string | undefined {
  const { name, type, values } = record;
  if (type === 'TXT' && !values.every((value) => /^("(?:[^"\\]|\\.){0,255}"( |$))+$/s.test(value)))
    return `Invalid Resource Record: FATAL problem: InvalidCharacterString (Value should be enclosed in quotation marks)`;
  if (action !== 'DELETE') return undefined;
  const tried = `Tried to delete resource record set [name='${name}.', type='${type}']`;
  if (there === undefined) return `${tried} but it was not found`;
  const same = there.ttl === record.ttl && there.values.toSorted().join('\n') === values.toSorted().join('\n');
  return same ? undefined : `${tried} but the values provided do not match the current values`;
}

function parseChange(xml: string): { action: 'UPSERT' | 'DELETE'; record: RecordSet } | undefined {
  const [action, ...more] = elements(xml, 'Action');
  const [name] = elements(xml, 'Name');
  const [type] = elements(xml, 'Type');
  const [ttl] = elements(xml, 'TTL');
  const values = elements(xml, 'Value');
  if ((action !== 'UPSERT' && action !== 'DELETE') || more.length > 0 || !name || !type || !ttl) return undefined;
  return { action, record: { name: name.replace(/\.$/, '').toLowerCase(), type, ttl: Number(ttl), values } };
}

function elements(xml: string, tag: string): string[] {
  return [...xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map(([, text = '']) =>
    text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
  );
}

function unquoted(value: string): string {
  return [...value.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, text = '']) => text.replace(/\\(.)/gs, '$1')).join('');
}

function answer(response: ServerResponse, root: string, id: string, status: string): void {
  const info = `<Id>/change/${id}</Id><Status>${status}</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt>`;
  respond(response, 200, `<${root} ${NAMESPACE}><ChangeInfo>${info}</ChangeInfo></${root}>`);
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  respond(response, status, `<ErrorResponse ${NAMESPACE}>${error}<RequestId>1</RequestId></ErrorResponse>`);
}

function respond(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'text/xml' }).end(`<?xml version="1.0"?>\n${xml}`);
}
