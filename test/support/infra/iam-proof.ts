// Holds the grants of a synthesised template against the calls that the programs were seen to make: nothing that is needed may be
// missing, and nothing may be granted that no call needs, but for what REASONED says.
// In the test that makes the calls every resource is named by its logical id, so a call's resource and a policy's are one word.

import type { Call } from '../aws/recorder.ts';
import { IAM_ACTIONS } from './iam-actions.ts';

export type Template = { readonly Resources: Readonly<Record<string, Resource>> };
type Resource = { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> };

/** One action on one resource, as a policy grants it. */
export type Grant = { readonly action: string; readonly resource: string };

/** What is granted although this code never calls it: the action, and who needs it. */
export const REASONED: Readonly<Record<string, string>> = {
  'sqs:ReceiveMessage': "Lambda's poller receives the rings with the function's role",
  'sqs:DeleteMessage': "Lambda's poller deletes what the function has done",
  'sqs:ChangeMessageVisibility': 'asked for by Lambda when the event source is created',
  'sqs:GetQueueUrl': 'asked for by Lambda when the event source is created',
};

/** What the poller asks for may be called by us, too; it is no excuse for others. */
const POLLER = 'sqs:GetQueueAttributes';

export function iamProblems(
  calls: readonly Call[],
  template: Template,
  /** The logical id of each program's role. */
  roles: ReadonlyMap<string, string>,
): string[] {
  const problems: string[] = [];
  for (const [program, role] of roles) {
    const grants = grantsOf(template, role);
    const needed = neededBy(
      calls.filter((call) => call.program === program),
      problems,
    );
    for (const need of needed) {
      if (!grants.some((grant) => covers(grant, need)))
        problems.push(`${program} may not ${need.action} on ${need.resource || '*'}, and does`);
    }
    const receives = grants.some(({ action }) => action === 'sqs:ReceiveMessage');
    for (const grant of grants) {
      if (REASONED[grant.action] !== undefined || (receives && grant.action === POLLER)) continue;
      if (!needed.some((need) => covers(grant, need)))
        problems.push(`${program} may ${grant.action} on ${grant.resource}, and never does`);
    }
  }
  return [...new Set(problems)];
}

function neededBy(calls: readonly Call[], problems: string[]): Grant[] {
  return calls.flatMap(({ service, operation, resource, program }) => {
    const needed = IAM_ACTIONS.get(`${service}:${operation}`);
    if (needed === undefined) problems.push(`${program}: no IAM action is known for ${service}:${operation}`);
    return (needed ?? []).map(({ action, on }) => {
      switch (on) {
        case 'called':
          return { action, resource };
        case 'objects':
          return { action, resource: `${resource}/body` };
        case 'any':
          return { action, resource: '' };
        case 'identities':
          return { action, resource: 'identity' };
      }
    });
  });
}

/** `*` in a grant's resource stands for anything. A sending identity is any ARN of SES's. */
function covers(grant: Grant, need: Grant): boolean {
  if (grant.action !== need.action) return false;
  if (grant.resource === '*') return true;
  if (need.resource === 'identity') return /:ses:/.test(grant.resource);
  const pattern = grant.resource.split('*').map((part) => part.replace(/[$()+.?[\\\]^{|}]/g, '\\$&'));
  return new RegExp(`(^|[:/])${pattern.join('.*')}$`).test(need.resource);
}

/** Every action × resource that a role's policies allow. */
export function grantsOf(template: Template, role: string): Grant[] {
  return policyDocumentsOf(template, role).flatMap(({ Statement }) =>
    [Statement].flat().flatMap(({ Effect, Action, Resource }) => {
      if (Effect !== 'Allow') return [];
      return [Action]
        .flat()
        .flatMap((action) => [Resource].flat().map((resource) => ({ action, resource: resolved(resource) })));
    }),
  );
}

type PolicyDocument = { readonly Statement: Statement | readonly Statement[] };
type Statement = {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
};

function policyDocumentsOf({ Resources }: Template, role: string): PolicyDocument[] {
  const own = (Resources[role]?.Properties?.['Policies'] ?? []) as { readonly PolicyDocument: PolicyDocument }[];
  const attached = Object.values(Resources).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::IAM::Policy' &&
      ((Properties?.['Roles'] ?? []) as unknown[]).some((each) => resolved(each) === role),
  );
  return [
    ...own.map(({ PolicyDocument }) => PolicyDocument),
    ...attached.map(({ Properties }) => Properties?.['PolicyDocument'] as PolicyDocument),
  ];
}

/** A template's expression as text, in which a resource is its logical id, whether by Ref or by its Arn. */
export function resolved(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[kind, inner] = ['', undefined]] = Object.entries(value as Record<string, unknown>);
  switch (kind) {
    case 'Ref':
      return String(inner);
    case 'Fn::GetAtt':
      return (inner as string[])[0] ?? '';
    case 'Fn::Join': {
      const [separator, parts] = inner as [string, unknown[]];
      return parts.map(resolved).join(separator);
    }
    case 'Fn::Sub':
      return [inner].flat().map(String)[0] ?? '';
    default:
      return JSON.stringify(value);
  }
}
