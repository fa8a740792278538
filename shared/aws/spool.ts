// The spool in S3: one object a body, durable when it is sealed. Where objects lie is decided here; how a body goes in and comes out,
// in body-upload.ts and stored-body.ts. IAM: s3:PutObject, s3:GetObject, s3:DeleteObject on the objects, and s3:ListBucket,
// without which S3 answers 403 where there is no object, and a missing body would look like a refusal.

import { DeleteObjectsCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { BODY_PREFIX } from '#shared/config/records.ts';
import { PermanentFault } from '#shared/ports/faults.ts';
import type { Body, BodyWriter, Spool, StoredBodies } from '#shared/ports/spool.ts';
import { BodyUpload } from './body-upload.ts';
import { toFault } from './faults.ts';
import { openBody } from './stored-body.ts';

/** What one DeleteObjects takes. */
const DELETE_BATCH = 1000;
/** Milliseconds: S3 dates objects by the second, rounded down. */
const DATE_STEP = 1000;
/** An id is a name in the bucket and in the scratch folder. */
const ID = /^[\w-]+$/;

export class S3Spool implements Spool, StoredBodies {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #scratch: string;

  constructor({ client, bucket, scratch }: { client: S3Client; bucket: string; /** A folder */ scratch: string }) {
    this.#client = client;
    this.#bucket = bucket;
    this.#scratch = scratch;
  }

  create(id: string): BodyWriter {
    return new BodyUpload({ ...this.#place(id), scratch: this.#scratch, name: `body-${id}` });
  }

  open(id: string): Promise<Body | undefined> {
    return openBody(this.#place(id));
  }

  async *before(time: number): AsyncGenerator<string> {
    const pages = paginateListObjectsV2({ client: this.#client }, { Bucket: this.#bucket, Prefix: BODY_PREFIX });
    try {
      for await (const { Contents = [] } of pages) {
        for (const { Key = '', LastModified } of Contents) {
          const id = Key.slice(BODY_PREFIX.length);
          // What somebody else has put there, such as the console's mark of a folder, is no body.
          if (ID.test(id) && LastModified !== undefined && LastModified.getTime() + DATE_STEP <= time) yield id;
        }
      }
    } catch (error) {
      throw toFault(error, 'the bodies could not be listed');
    }
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += DELETE_BATCH) await this.#remove(ids.slice(at, at + DELETE_BATCH));
  }

  async #remove(ids: readonly string[]): Promise<void> {
    const Objects = ids.map((id) => ({ Key: keyOf(id) }));
    const command = new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } });
    try {
      const { Errors: [failed] = [] } = await this.#client.send(command);
      if (failed === undefined) return;
      throw Object.assign(new Error(`${failed.Key}: ${failed.Message}`), { name: failed.Code ?? 'InternalError' });
    } catch (error) {
      throw toFault(error, 'bodies could not be removed');
    }
  }

  #place(id: string) {
    return { client: this.#client, bucket: this.#bucket, key: keyOf(id) };
  }
}

function keyOf(id: string): string {
  if (!ID.test(id)) throw new PermanentFault(`no body can have the id ${JSON.stringify(id)}`);
  return BODY_PREFIX + id;
}
