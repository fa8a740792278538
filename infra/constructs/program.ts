// A program that runs in Lambda: its bundle, its log, a role that may write that log and nothing else. What else it may do, and
// where it is told to find it, comes from the stores (stores.ts) and from other constructs, always both together.

import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IPrincipal, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Variable } from '#shared/config/environment.ts';
import type { ProgramName } from '../bundle.ts';

/** What may be allowed something and told something, wherever it runs. */
export interface Program extends Construct {
  readonly grantPrincipal: IPrincipal;
  tell(variable: Variable, value: string): void;
}

/** What all programs of a relay have in common. */
export type ProgramsProps = {
  /** Makes the program's folder and says where it is. */
  readonly bundle: (name: ProgramName) => string;
  readonly logRetention: RetentionDays;
  readonly metrics: { readonly namespace: string; readonly level: 'home' | 'scale' };
};

export type LambdaProgramProps = ProgramsProps & {
  readonly name: ProgramName;
  readonly description: string;
  /** MiB. Lambda gives processor time in proportion. */
  readonly memory: number;
  /** Seconds. */
  readonly timeout: number;
};

export class LambdaProgram extends Construct implements Program {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: LambdaProgramProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Log', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      code: Code.fromAsset(props.bundle(props.name)),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memory,
      timeout: Duration.seconds(props.timeout),
      role: new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }),
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      // The programs filter by log_level themselves.
      applicationLogLevelV2: ApplicationLogLevel.TRACE,
    });
    allow(this, ['logs:CreateLogStream', 'logs:PutLogEvents'], [this.logGroup.logGroupArn]);
    this.tell('METRICS_NAMESPACE', props.metrics.namespace);
    this.tell('METRICS_LEVEL', props.metrics.level);
  }

  get grantPrincipal(): IPrincipal {
    return this.function.grantPrincipal;
  }

  tell(variable: Variable, value: string): void {
    this.function.addEnvironment(variable, value);
  }
}

type Conditions = Readonly<Record<string, unknown>>;

/** One statement, with exact actions. */
export function allow(
  { grantPrincipal }: Pick<Program, 'grantPrincipal'>,
  actions: readonly string[],
  resources: readonly string[],
  conditions?: Conditions,
): void {
  grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: [...actions],
      resources: [...resources],
      ...(conditions === undefined ? {} : { conditions }),
    }),
  );
}
