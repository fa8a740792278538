// Which IAM actions an API call needs, and on what: the reviewed table behind the IAM proof. From the Service Authorization Reference
// (docs.aws.amazon.com/service-authorization/latest/reference): most operations are actions of the same name; the others stand
// here with their reason. An operation that is not in the table fails the proof: it must be looked up and entered.

import type { Call } from '../aws/recorder.ts';

/** An action, and the resource that it is asked for: as an ARN or a logical id, `*` where the action knows no resources. */
export type Needed = { readonly action: string; readonly on: (call: Call) => string };

const called = ({ resource }: Call): string => resource;
const object = ({ resource }: Call): string => `${resource}/bodies/id`;
const nothing = (): string => '*';

const SES = 'arn:aws:ses:AWS::Region:AWS::AccountId';

/** Operations that are authorized as the action of the same name, on what they are called for. */
const same = (service: string, ...operations: readonly string[]): [string, readonly Needed[]][] =>
  operations.map((operation) => [`${service}:${operation}`, [{ action: `${service}:${operation}`, on: called }]]);

/** By `service:Operation`, the service as in SigV4's scope. */
const IAM_ACTIONS: ReadonlyMap<string, readonly Needed[]> = new Map([
  ...same('dynamodb', 'PutItem', 'UpdateItem', 'DeleteItem', 'GetItem', 'BatchGetItem', 'Query', 'Scan'),
  ...same('sqs', 'SendMessage', 'GetQueueAttributes'),
  // A batch is authorized as its single calls are.
  ['sqs:SendMessageBatch', [{ action: 'sqs:SendMessage', on: called }]],
  ...same('secretsmanager', 'GetSecretValue', 'PutSecretValue'),
  ['s3:PutObject', [{ action: 's3:PutObject', on: object }]],
  // Without s3:ListBucket a missing object is answered 403, not 404, and a body that is gone could not be told from a refusal.
  [
    's3:GetObject',
    [
      { action: 's3:GetObject', on: object },
      { action: 's3:ListBucket', on: called },
    ],
  ],
  ['s3:DeleteObject', [{ action: 's3:DeleteObject', on: object }]],
  ['s3:DeleteObjects', [{ action: 's3:DeleteObject', on: object }]],
  ['s3:ListObjectsV2', [{ action: 's3:ListBucket', on: called }]],
  // The v2 API's SendEmail with raw content is authorized as ses:SendRawEmail, on the sender's identity and on the configuration set.
  [
    'ses:SendEmail',
    [
      { action: 'ses:SendRawEmail', on: () => `${SES}:identity/example.jp` },
      {
        action: 'ses:SendRawEmail',
        on: ({ resource }) => (resource === '' ? '' : `${SES}:configuration-set/${resource}`),
      },
    ],
  ],
  ['ses:GetAccount', [{ action: 'ses:GetAccount', on: nothing }]],
  ['lambda:Invoke', [{ action: 'lambda:InvokeFunction', on: called }]],
  [
    'route53:ChangeResourceRecordSets',
    [{ action: 'route53:ChangeResourceRecordSets', on: ({ resource }) => `arn:aws:route53:::hostedzone/${resource}` }],
  ],
  [
    'route53:GetChange',
    [{ action: 'route53:GetChange', on: ({ resource }) => `arn:aws:route53:::change/${resource}` }],
  ],
]);

/** What a call needs; undefined if nobody has looked it up. */
export function neededFor(call: Call): { readonly action: string; readonly resource: string }[] | undefined {
  return IAM_ACTIONS.get(`${call.service}:${call.operation}`)
    ?.map(({ action, on }) => ({ action, resource: on(call) }))
    .filter(({ resource }) => resource !== '');
}
