import { test } from 'node:test';
import { staysInStep } from '../contracts/queue-model.ts';
import { dataFolder, openRelay } from './support/data-folder.ts';

const RUNS = 100;

test('the queue is in step with a simple model of it, whatever is done in whatever order', async (t) => {
  await staysInStep(await openRelay(t, await dataFolder(t)), RUNS);
});
