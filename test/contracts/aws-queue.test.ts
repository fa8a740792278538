import { after, before, suite } from 'node:test';
import { type DynamoStandIn, startDynamo } from '../support/aws/dynamo.ts';
import { skipDynamoLocal, startDynamoLocal } from '../support/aws/dynamo-local.ts';
import { openDynamoQueue } from '../support/aws/dynamo-queue.ts';
import { queueContract } from './queue.ts';

onDynamo('AWS (dynalite)', startDynamo);
onDynamo('AWS (DynamoDB Local)', startDynamoLocal, skipDynamoLocal);

function onDynamo(provider: string, start: () => Promise<DynamoStandIn>, skip: string | false = false): void {
  suite(provider, { skip }, () => {
    let dynamo: DynamoStandIn;
    before(async () => {
      dynamo = await start();
    });
    after(() => dynamo.close());

    queueContract(provider, (t) => openDynamoQueue(t, dynamo));
  });
}
