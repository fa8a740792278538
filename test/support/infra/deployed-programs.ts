// The programs of a synthesised template: the role that each has, and what its environment tells it.

import type { ProgramName } from '#infra/bundle.ts';
import { resourcesOf, type Template } from './synthesise.ts';

export type DeployedProgram = {
  readonly name: ProgramName;
  /** The logical id. */
  readonly role: string;
  /** By variable: a text, or the template's expression for one. */
  readonly environment: Readonly<Record<string, unknown>>;
};

/** By the beginning of the function's logical id, which is the path of its construct. */
const FUNCTIONS = {
  policy: 'PolicyProgramFunction',
  deliver: 'DeliverProgramFunction',
  qmgr: 'QmgrProgramFunction',
  certificate: 'CertificateProgramFunction',
} as const;

type FunctionProperties = {
  readonly Role: { readonly 'Fn::GetAtt': readonly string[] };
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
};

type TaskProperties = {
  readonly TaskRoleArn: { readonly 'Fn::GetAtt': readonly string[] };
  readonly ContainerDefinitions: readonly {
    readonly Environment: readonly { readonly Name: string; readonly Value: unknown }[];
  }[];
};

export function programsOf(template: Template): DeployedProgram[] {
  const names = Object.keys(FUNCTIONS) as (keyof typeof FUNCTIONS)[];
  const lambdas = names.flatMap((name) =>
    resourcesOf(template, 'AWS::Lambda::Function')
      .filter(([id]) => id.startsWith(FUNCTIONS[name]))
      .map(([, { Properties }]): DeployedProgram => {
        const { Role, Environment } = Properties as FunctionProperties;
        return { name, role: logicalId(Role), environment: Environment.Variables };
      }),
  );
  const listeners = resourcesOf(template, 'AWS::ECS::TaskDefinition').map(([, { Properties }]): DeployedProgram => {
    const { TaskRoleArn, ContainerDefinitions } = Properties as TaskProperties;
    const variables = ContainerDefinitions.flatMap(({ Environment }) => Environment);
    const environment = Object.fromEntries(variables.map(({ Name, Value }) => [Name, Value]));
    return { name: 'listener', role: logicalId(TaskRoleArn), environment };
  });
  return [...listeners, ...lambdas];
}

function logicalId(arn: FunctionProperties['Role']): string {
  return arn['Fn::GetAtt'][0] ?? '';
}

/** A template's expression as text. `valueOf` gives what a Ref, or an Arn, of a logical id stands for. */
export function resolve(value: unknown, valueOf: (logicalId: string) => string): string {
  if (typeof value === 'string') return value;
  const [[kind, inner] = ['', undefined]] = Object.entries(value as Readonly<Record<string, unknown>>);
  switch (kind) {
    case 'Ref':
      return valueOf(String(inner));
    case 'Fn::GetAtt':
      return valueOf((inner as readonly string[])[0] ?? '');
    case 'Fn::Join': {
      const [separator, parts] = inner as readonly [string, readonly unknown[]];
      return parts.map((part) => resolve(part, valueOf)).join(separator);
    }
    default:
      throw new Error(`not understood: ${JSON.stringify(value)}`);
  }
}
