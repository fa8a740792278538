// What AWS asks for, in USD without tax, in two regions. From AWS's public price lists of November 2026; those marked with * could be
// seen for us-east-1 alone, or in other publications only. No free tier anywhere: it ends, or others have used it up. An hour is
// an hour, and a month has 730 of them.

export const REGIONS = { 'us-east-1': 'us-east-1', 'ap-northeast-1': 'Tokyo' } as const;
export type Region = keyof typeof REGIONS;

export const HOURS = 730;
export const MINUTES = HOURS * 60;

type Price = {
  /** Of what. */
  readonly unit: string;
  readonly usd: Readonly<Record<Region, number>>;
  /** Marked with * on the page. */
  readonly unsure?: true;
};

const price = (unit: string, virginia: number, tokyo = virginia): Price => ({
  unit,
  usd: { 'us-east-1': virginia, 'ap-northeast-1': tokyo },
});
const unsure = (unit: string, virginia: number, tokyo = virginia): Price => ({
  ...price(unit, virginia, tokyo),
  unsure: true,
});

export const PRICES = {
  loadBalancer: price('load balancer, hour', 0.0225, 0.0243),
  loadBalancerUnit: price('capacity unit of a load balancer (NLCU), hour', 0.006),
  publicAddress: price('public IPv4 address, hour', 0.005),
  processor: price('Fargate ARM, vCPU hour', 0.03238, 0.04045),
  memory: price('Fargate ARM, GB hour', 0.00356, 0.00442),
  put: price('S3 PUT or LIST, million', 5, 4.7),
  get: price('S3 GET, million', 0.4, 0.37),
  writeUnit: unsure('DynamoDB write units, million', 0.625, 0.715),
  readUnit: unsure('DynamoDB read units, million', 0.125, 0.1425),
  tableStorage: unsure('DynamoDB storage, GB and month', 0.25, 0.285),
  recovery: unsure('DynamoDB point-in-time recovery, GB and month', 0.2, 0.228),
  queueRequest: price('SQS, million requests', 0.4),
  invocation: price('Lambda, million requests', 0.2),
  gigabyteSecond: price('Lambda ARM, million GB seconds', 13.3334),
  schedule: price('EventBridge Scheduler, million starts', 1),
  secret: price('secret, month', 0.4),
  secretRead: price('Secrets Manager, million calls', 5),
  logs: price('CloudWatch Logs, GB', 0.5, 0.76),
  alarm: price('metric of an alarm, month', 0.1),
  metric: price('custom metric, month', 0.3),
  dashboard: price('dashboard, month', 3),
  zone: price('Route 53 zone, month', 0.5),
  registry: unsure('ECR storage, GB and month', 0.1),
  dataOut: unsure('data to the internet, GB', 0.09, 0.114),
  betweenZones: unsure('data between zones, GB, each of two sides', 0.01),
  recipient: unsure('Amazon SES, à la carte, thousand recipients', 0.1),
} as const satisfies Record<string, Price>;

export type PriceName = keyof typeof PRICES;

/** So many units, of one price. */
export type Item = {
  readonly what: string;
  readonly quantity: number;
  readonly price: PriceName;
};

export function cost({ quantity, price: name }: Item, region: Region): number {
  return quantity * PRICES[name].usd[region];
}

export function sum(items: readonly Item[], region: Region): number {
  return items.reduce((total, item) => total + cost(item, region), 0);
}
