// The CDK app: one stack, made from the context, under AwsSolutions' rules of cdk-nag, which stop the synthesis at a finding
// that no construct has acknowledged with its reason.

import { App, type AppProps, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { RelayStack } from './relay-stack.ts';
import { readStage, type Stage } from './stage.ts';

export type RelayApp = { readonly app: App; readonly stage: Stage; readonly stack: RelayStack };

/** Throws StageError. */
export function createRelayApp(props: AppProps = {}): RelayApp {
  const app = new App(props);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const stage = readStage(app.node.getAllContext() as Record<string, unknown>);
  return { app, stage, stack: new RelayStack(app, stage) };
}
