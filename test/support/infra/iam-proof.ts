// Holds the grants of a synthesised template against the calls that the programs were seen to make: nothing that is needed may be
// missing, nothing may be granted that no call needs, and no resource be wider than one, but for what stands here with its reason.
// A call's resource is named as a policy's: by its logical id where it is the template's.

import type { ProgramName } from '#infra/bundle.ts';
import type { Call } from '../aws/recorder.ts';
import { programsOf, resolve } from './deployed-programs.ts';
import { neededFor } from './iam-actions.ts';
import { resourcesOf, type Template } from './synthesise.ts';

/** One action on one resource, as a policy grants it. */
export type Grant = {
  readonly action: string;
  /** May hold `*` and `?`. */
  readonly resource: string;
  /** By operator, by key. */
  readonly conditions: Conditions;
};

type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

type Reason = {
  /** Left out: any. */
  readonly programs?: readonly ProgramName[];
  readonly action: string;
  readonly resource?: RegExp;
  readonly why: string;
};

const LAMBDA: readonly ProgramName[] = ['policy', 'deliver', 'qmgr', 'certificate'];

/** What is granted although no code of ours calls it. */
const UNCALLED: readonly Reason[] = [
  { programs: LAMBDA, action: 'logs:CreateLogStream', why: "Lambda writes the program's log with its role" },
  { programs: LAMBDA, action: 'logs:PutLogEvents', why: "Lambda writes the program's log with its role" },
  {
    programs: ['deliver'],
    action: 'sqs:ReceiveMessage',
    why: "Lambda's poller receives the rings with the function's role",
  },
  { programs: ['deliver'], action: 'sqs:DeleteMessage', why: "Lambda's poller deletes what the function has done" },
  { programs: ['deliver'], action: 'sqs:GetQueueAttributes', why: "Lambda's poller asks for the visibility time-out" },
  {
    programs: ['certificate'],
    action: 'secretsmanager:GetSecretValue',
    resource: /:secret:binding$/,
    why: 'the option may hold the whole ARN, or one without the six characters that AWS has put behind the name',
  },
];

/** Grants on more than one resource. */
const WIDE: readonly Reason[] = [
  { action: 's3:PutObject', resource: /^SpoolBucket\/\*$/, why: 'a body has a name of its own' },
  { action: 's3:GetObject', resource: /^SpoolBucket\/\*$/, why: 'a body has a name of its own' },
  { action: 's3:DeleteObject', resource: /^SpoolBucket\/\*$/, why: 'a body has a name of its own' },
  { action: 'ses:SendRawEmail', resource: /:identity\/\*$/, why: 'SES itself says whom the account may send for' },
  { action: 'ses:GetAccount', resource: /^\*$/, why: 'the action knows no resource' },
  { action: 'route53:GetChange', resource: /:::change\/\*$/, why: "a change's id is not known beforehand" },
  {
    action: 'secretsmanager:GetSecretValue',
    resource: /:secret:binding-\?{6}$/,
    why: 'the six characters that AWS puts behind the name',
  },
];

export function iamProblems(calls: readonly Call[], template: Template): string[] {
  const problems = resourcePolicies(template);
  for (const { name, role } of programsOf(template)) {
    const grants = grantsOf(template, role);
    const needs: { readonly action: string; readonly resource: string; readonly call: Call }[] = [];
    for (const call of calls.filter(({ program }) => program === name)) {
      const needed = neededFor(call);
      if (needed === undefined) problems.push(`${name}: no IAM action is known for ${call.service}:${call.operation}`);
      for (const need of needed ?? []) needs.push({ ...need, call });
    }
    for (const { action, resource, call } of needs) {
      if (!grants.some((grant) => covers(grant, action, resource, call)))
        problems.push(`${name} may not ${action} on ${resource}, and does`);
    }
    for (const grant of grants) {
      const { action, resource } = grant;
      if (/[*?]/.test(resource) && !isReasoned(WIDE, name, grant))
        problems.push(`${name} may ${action} on ${resource}, which is wide, and nobody says why`);
      if (isUncalled(name, grant)) continue;
      if (!needs.some((need) => covers(grant, need.action, need.resource, need.call)))
        problems.push(`${name} may ${action} on ${resource}, and never does`);
    }
  }
  return [...new Set(problems)];
}

/** Whether it is granted for what no program of ours calls. */
export function isUncalled(name: ProgramName, grant: Grant): boolean {
  return isReasoned(UNCALLED, name, grant);
}

function isReasoned(reasons: readonly Reason[], name: ProgramName, { action, resource }: Grant): boolean {
  return reasons.some(
    (reason) =>
      reason.action === action &&
      (reason.programs?.includes(name) ?? true) &&
      (reason.resource?.test(resource) ?? true),
  );
}

function covers(grant: Grant, action: string, resource: string, { conditions = {} }: Call): boolean {
  if (grant.action !== action || !patternOf(grant.resource).test(resource)) return false;
  return Object.entries(grant.conditions).every(([operator, keys]) => {
    if (operator !== 'ForAllValues:StringEquals') return false;
    return Object.entries(keys).every(([key, allowed]) => conditions[key]?.every((value) => allowed.includes(value)));
  });
}

function patternOf(resource: string): RegExp {
  const escaped = resource.replace(/[$()+.[\\\]^{|}]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

/** Every action × resource that a role's policies allow. */
export function grantsOf(template: Template, role: string): Grant[] {
  return documentsOf(template, role)
    .flatMap(statementsOf)
    .flatMap(({ Effect, Action, Resource, Condition = {} }) => {
      if (Effect !== 'Allow') return [];
      const resources = [Resource].flat().map((each) => resolve(each, (logicalId) => logicalId));
      return [Action]
        .flat()
        .flatMap((action) => resources.map((resource) => ({ action, resource, conditions: Condition })));
    });
}

type PolicyDocument = { readonly Statement: Statement | readonly Statement[] };
type Statement = {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Principal?: '*' | Readonly<Record<string, unknown>>;
  readonly Condition?: Conditions;
};

function statementsOf({ Statement }: PolicyDocument): Statement[] {
  return [Statement].flat();
}

function documentsOf(template: Template, role: string): PolicyDocument[] {
  const { Policies = [], ManagedPolicyArns = [] } = (template.Resources[role]?.Properties ?? {}) as {
    readonly Policies?: readonly { readonly PolicyDocument: PolicyDocument }[];
    readonly ManagedPolicyArns?: readonly unknown[];
  };
  if (ManagedPolicyArns.length > 0) throw new Error(`${role} has policies of AWS's, which nobody can read here`);
  const attached = resourcesOf(template, 'AWS::IAM::Policy').filter(([, { Properties }]) =>
    (Properties['Roles'] as readonly unknown[]).some((each) => resolve(each, (logicalId) => logicalId) === role),
  );
  return [
    ...Policies.map(({ PolicyDocument }) => PolicyDocument),
    ...attached.map(([, { Properties }]) => Properties['PolicyDocument'] as PolicyDocument),
  ];
}

/** Policies on resources may refuse, or let a service of AWS in; what a program may do stands with its role. */
function resourcePolicies({ Resources }: Template): string[] {
  return Object.entries(Resources).flatMap(([id, { Type, Properties }]) => {
    if (Type.startsWith('AWS::IAM::')) return [];
    if (/^AWS::Lambda::(Permission|Url)$/.test(Type)) return [`${id} lets others call a program`];
    const documents = [Properties?.['PolicyDocument'], Properties?.['ResourcePolicy']] as (
      PolicyDocument | undefined
    )[];
    const statements = documents.flatMap((document) => (document === undefined ? [] : statementsOf(document)));
    const allows = statements.some(
      ({ Effect, Principal }) => Effect === 'Allow' && Object.keys(Principal ?? {}).join() !== 'Service',
    );
    return allows ? [`${id} allows something by a policy of its own`] : [];
  });
}
