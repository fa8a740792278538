// Events as AWS makes them for the functions that they start.

import type { EventBridgeEvent, SQSRecord } from 'aws-lambda';

/** A message of an SQS queue, in the event of Lambda's event source. */
export function sqsRecord(message: {
  readonly messageId: string;
  readonly body: string;
  readonly receiptHandle?: string;
}): SQSRecord {
  return {
    receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
    ...message,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1545082649183',
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: '1545082649185',
    },
    messageAttributes: {},
    md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:ap-northeast-1:123456789012:doorbell',
    awsRegion: 'ap-northeast-1',
  };
}

/** What EventBridge Scheduler sends when no input is set. `time`: ISO 8601, to the second. */
export function scheduledEvent(time: string): EventBridgeEvent<'Scheduled Event', string> {
  return {
    version: '0',
    id: 'd77bcbc4-0b2b-4d45-9694-b1df99175cfb',
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: '123456789012',
    time,
    region: 'ap-northeast-1',
    resources: ['arn:aws:scheduler:ap-northeast-1:123456789012:schedule/default/qmgr'],
    detail: '{}',
  };
}
