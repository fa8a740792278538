// Events as AWS makes them for the functions that they start.

import type { SQSRecord } from 'aws-lambda';
import type { ScheduledStart } from '#shared/config/scheduled-start.ts';

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

/** What the stack's schedules send. `time`: ISO 8601, to the second. */
export function scheduledEvent(time: string): ScheduledStart {
  return { time };
}
