// The DynamoDB tables' keys and the bucket's, which infra builds and grants and shared/aws reads and writes. Names of attributes
// stand here and nowhere else.

export type TableSchema = {
  /** Both are strings. */
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly timeToLive?: string;
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
  /** An item that has it (seconds since the epoch) is dropped then; no other kind than LOGIN_FAILURE has. */
  timeToLive: 'forgotten',
} as const satisfies TableSchema;

/** The kind of a password's last use in the directory's table: the listener may write it and the next, and no other. */
export const LAST_USE = 'last-use';

/** The kind of failed logins, by client and by account, and of clients from where an account was logged in to. */
export const LOGIN_FAILURE = 'login-failure';

/** A body's key in the spool bucket is this, then its id. */
export const BODY_PREFIX = 'bodies/';
