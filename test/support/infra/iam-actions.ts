// Which IAM actions an API call needs: the reviewed table behind the IAM proof. From the Service Authorization Reference
// (docs.aws.amazon.com/service-authorization/latest/reference): most operations are actions of the same name; the others stand
// here with their reason. An operation that is not in the table fails the proof: it must be looked up and entered.

/** An action, and on what kind of resource it is asked for. */
export type Needed = {
  readonly action: string;
  /**
   * `called`: the resource that the call names. `objects`: what lies in the bucket that the call names. `any`: the action knows
   * no resources. `identities`: the sending identity and the configuration set.
   */
  readonly on: 'called' | 'objects' | 'any' | 'identities';
};

const same = (service: string, ...operations: readonly string[]): [string, readonly Needed[]][] =>
  operations.map((operation) => [`${service}:${operation}`, [{ action: `${service}:${operation}`, on: 'called' }]]);

/** By `service:Operation`, the service as in SigV4's scope. */
export const IAM_ACTIONS: ReadonlyMap<string, readonly Needed[]> = new Map([
  ...same('dynamodb', 'PutItem', 'UpdateItem', 'DeleteItem', 'GetItem', 'BatchGetItem', 'Query', 'Scan'),
  ...same('sqs', 'SendMessage', 'GetQueueAttributes'),
  // A batch is authorized as its single calls are.
  ['sqs:SendMessageBatch', [{ action: 'sqs:SendMessage', on: 'called' }]],
  ...same('secretsmanager', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage', 'DescribeSecret'),
  ['s3:PutObject', [{ action: 's3:PutObject', on: 'objects' }]],
  // Without s3:ListBucket a missing object is answered 403, not 404, and a body that is gone could not be told from a refusal.
  [
    's3:GetObject',
    [
      { action: 's3:GetObject', on: 'objects' },
      { action: 's3:ListBucket', on: 'called' },
    ],
  ],
  ['s3:DeleteObject', [{ action: 's3:DeleteObject', on: 'objects' }]],
  ['s3:DeleteObjects', [{ action: 's3:DeleteObject', on: 'objects' }]],
  ['s3:ListObjectsV2', [{ action: 's3:ListBucket', on: 'called' }]],
  // The v2 API's SendEmail with raw content is authorized as ses:SendRawEmail.
  ['ses:SendEmail', [{ action: 'ses:SendRawEmail', on: 'identities' }]],
  ['ses:GetAccount', [{ action: 'ses:GetAccount', on: 'any' }]],
  ['lambda:Invoke', [{ action: 'lambda:InvokeFunction', on: 'called' }]],
  ...same('route53', 'ChangeResourceRecordSets'),
  // A change's id is not known beforehand.
  ['route53:GetChange', [{ action: 'route53:GetChange', on: 'any' }]],
]);
