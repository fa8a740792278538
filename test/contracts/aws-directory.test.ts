import { after, before, suite } from 'node:test';
import { DynamoDirectory } from '#shared/aws/directory.ts';
import { DynamoLastUses } from '#shared/aws/last-use.ts';
import { DynamoLoginFailures } from '#shared/aws/login-failures.ts';
import { createTables, dynamoClient, type DynamoStandIn, startDynamo } from '../support/aws/dynamo.ts';
import { skipDynamoLocal, startDynamoLocal } from '../support/aws/dynamo-local.ts';
import { directoryContract } from './directory.ts';
import { lastUsesContract } from './last-use.ts';
import { loginFailuresContract } from './login-failures.ts';

onDynamo('AWS (dynalite)', startDynamo);
onDynamo('AWS (DynamoDB Local)', startDynamoLocal, skipDynamoLocal);

function onDynamo(provider: string, start: () => Promise<DynamoStandIn>, skip: string | false = false): void {
  suite(provider, { skip }, () => {
    let dynamo: DynamoStandIn;
    before(async () => {
      dynamo = await start();
    });
    after(() => dynamo.close());

    directoryContract(provider, async (t) => {
      const client = dynamoClient(t, dynamo.caller);
      return new DynamoDirectory({ client, table: (await createTables(client)).directory, now: Date.now });
    });
    lastUsesContract(provider, async (t) => {
      const client = dynamoClient(t, dynamo.caller);
      return new DynamoLastUses({ client, table: (await createTables(client)).directory });
    });
    loginFailuresContract(provider, async (t) => {
      const client = dynamoClient(t, dynamo.caller);
      return new DynamoLoginFailures({ client, table: (await createTables(client)).directory });
    });
  });
}
