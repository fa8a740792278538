// A spool in the stand-in for S3, with a scratch folder of its own. All of it goes with the test.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { S3Client } from '@aws-sdk/client-s3';
import { clientOptions } from '#shared/aws/client-options.ts';
import { S3Spool } from '#shared/aws/spool.ts';
import { type S3AndSqs, startS3AndSqs } from '../../support/aws/s3-and-sqs.ts';

export type SpoolInS3 = {
  readonly s3: S3AndSqs;
  readonly spool: S3Spool;
  readonly client: S3Client;
  readonly scratch: string;
};

export async function spoolInS3(t: TestContext): Promise<SpoolInS3> {
  const s3 = await startS3AndSqs();
  await s3.createBucket('spool');
  const scratch = await mkdtemp(join(tmpdir(), 'spool-'));
  const client = new S3Client(clientOptions(5000, s3.caller));
  t.after(async () => {
    client.destroy();
    await s3.close();
    await rm(scratch, { recursive: true });
  });
  return { s3, spool: new S3Spool({ client, bucket: 'spool', scratch }), client, scratch };
}
