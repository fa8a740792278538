import type { TestContext } from 'node:test';
import { createPolicy } from '#functions/policy/policy.ts';
import type { Store } from '#shared/embedded/store.ts';
import { dataFolder, openRelay } from '../embedded/support/data-folder.ts';
import { credentialsContract } from './credentials.ts';
import { directoryContract } from './directory.ts';
import { lastUsesContract } from './last-use.ts';
import { loginFailuresContract } from './login-failures.ts';
import { policyContract } from './policy.ts';
import { queueContract } from './queue.ts';
import { spoolContract } from './spool.ts';

const PROVIDER = 'this machine';
const open = async (t: TestContext): Promise<Store> => openRelay(t, await dataFolder(t));

spoolContract(PROVIDER, open);
queueContract(PROVIDER, open);
directoryContract(PROVIDER, async (t) => (await open(t)).directory);
lastUsesContract(PROVIDER, async (t) => (await open(t)).lastUses);
loginFailuresContract(PROVIDER, async (t) => (await open(t)).loginFailures);
credentialsContract(PROVIDER, async (t) => (await open(t)).credentials);
policyContract(PROVIDER, (_, context) => createPolicy(context));
