// What `cdk` runs (cdk.json). What is wrong with the context or with relay.yaml is one message and exit status 1.

import { createRelayApp } from './relay-app.ts';
import { StageError } from './stage.ts';

try {
  createRelayApp().app.synth();
} catch (error) {
  if (!(error instanceof StageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
