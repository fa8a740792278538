import { spoolInS3 } from '../aws/support/spool.ts';
import { spoolContract } from './spool.ts';

spoolContract('AWS (S3)', async (t) => {
  const { spool } = await spoolInS3(t);
  // A body is durable when it is sealed: its entry adds nothing.
  return { spool, queue: { enqueue: async () => {} } };
});
