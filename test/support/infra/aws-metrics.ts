// The metrics that AWS itself has for what the stack consists of, and by which dimensions: reviewed against each service's page
// "… metrics and dimensions" of AWS's documentation. A metric that is not here is not AWS's, as far as the tests are concerned:
// it must be looked up and entered.

type Dimensions = readonly string[];

/** By namespace and metric: the sets of dimensions that it can be asked for with. */
export const AWS_METRICS: Readonly<Record<string, Readonly<Record<string, readonly Dimensions[]>>>> = {
  'AWS/Lambda': by(['FunctionName'], 'Invocations', 'Errors', 'Duration', 'Throttles', 'ConcurrentExecutions'),
  'AWS/DynamoDB': by(
    ['TableName'],
    ['TableName', 'GlobalSecondaryIndexName'],
    'ConsumedReadCapacityUnits',
    'ConsumedWriteCapacityUnits',
    'ReadThrottleEvents',
    'WriteThrottleEvents',
  ),
  'AWS/SQS': by(['QueueName'], 'ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage'),
  'AWS/NetworkELB': {
    ...by(['LoadBalancer'], 'ActiveFlowCount', 'NewFlowCount', 'ProcessedBytes', 'ConsumedLCUs'),
    ...by(['LoadBalancer', 'TargetGroup'], 'HealthyHostCount', 'UnHealthyHostCount'),
  },
  'AWS/ECS': by(['ClusterName', 'ServiceName'], 'CPUUtilization', 'MemoryUtilization'),
  // Of the account, in one region. `Send` counts what SES took over.
  'AWS/SES': by([], 'Send', 'Reputation.BounceRate', 'Reputation.ComplaintRate'),
  'AWS/Logs': by(['LogGroupName'], 'IncomingBytes', 'IncomingLogEvents'),
  // Once a day. Counts of requests would be paid for as custom metrics are.
  'AWS/S3': by(['BucketName', 'StorageType'], 'BucketSizeBytes', 'NumberOfObjects'),
};

function by(...names: readonly (string | Dimensions)[]): Readonly<Record<string, readonly Dimensions[]>> {
  const dimensions = names.filter((name) => typeof name !== 'string');
  return Object.fromEntries(names.filter((name) => typeof name === 'string').map((metric) => [metric, dimensions]));
}
