// The DynamoDB tables' keys and the bucket's, which infra builds and grants and shared/aws reads and writes. Names of attributes
// stand here and nowhere else.

export type TableSchema = {
  /** Both are strings. */
  readonly partitionKey: string;
  readonly sortKey: string;
};

/**
 * One item an entry. The entries of one message share a partition: its body's id. The index holds the keys of queued entries
 * alone (their items have its two attributes), spread over shards, since all new mail is due now.
 */
export const QUEUE_TABLE = {
  partitionKey: 'body',
  sortKey: 'id',
  dueIndex: {
    name: 'due',
    /** `0` to `15`. */ partitionKey: 'shard',
    /** A number: ms since the epoch. */ sortKey: 'due',
  },
  shards: 16,
} as const satisfies TableSchema & Record<string, unknown>;

/** One item an account, one a password's last use; what later versions add (aliases, domains) are other kinds. */
export const DIRECTORY_TABLE = {
  partitionKey: 'kind',
  sortKey: 'name',
} as const satisfies TableSchema;

/** The kind of a password's last use in the directory's table: the only one that the listener may write. */
export const LAST_USE = 'last-use';

/** A body's key in the spool bucket is this, then its id. */
export const BODY_PREFIX = 'bodies/';
