/**
 * List prices of us-east-1 in dollars, without free tiers, discounts or taxes. One file, one date: to bring the page up to
 * date, look at each page named here, change what has changed, and print it again.
 */
export const pricesOf = '2026-11-21';

export interface Price {
  readonly dollars: number;
  readonly per: string;
  readonly page: string;
  /** Whether a stored copy of the page, or of several that quote it, said so on that day; otherwise it is to be checked. */
  readonly confirmed: boolean;
}

const million = 1_000_000;
const price = (dollars: number, per: string, page: string, confirmed = true): Price => ({ dollars, per, page, confirmed });

export const prices = {
  lambdaRequest: price(0.2 / million, 'invocation', 'AWS Lambda Pricing'),
  lambdaGbSecond: price(0.0000133334, 'GB-second (arm64)', 'AWS Lambda Pricing'),
  transition: price(0.025 / 1_000, 'state transition', 'AWS Step Functions Pricing: Standard Workflows'),
  s3Write: price(0.005 / 1_000, 'PUT, COPY, POST or LIST', 'Amazon S3 Pricing: requests'),
  s3Read: price(0.0004 / 1_000, 'GET', 'Amazon S3 Pricing: requests'),
  s3GbMonth: price(0.023, 'GB-month', 'Amazon S3 Pricing: S3 Standard, first 50 TB'),
  recordWrite: price(1.25 / million, 'write request unit (1 KB)', 'Amazon SageMaker AI Pricing: Feature Store, on-demand', false),
  recordRead: price(0.25 / million, 'read request unit (4 KB)', 'Amazon SageMaker AI Pricing: Feature Store, on-demand', false),
  recordGbMonth: price(0.45, 'GB-month online', 'Amazon SageMaker AI Pricing: Feature Store', false),
  shardHour: price(0.015, 'shard-hour', 'Amazon Kinesis Data Streams Pricing: provisioned', false),
  shardHourRetention: price(
    0.02,
    'shard-hour of retention beyond a day',
    'Amazon Kinesis Data Streams Pricing: extended retention',
    false,
  ),
  putUnit: price(0.014 / million, 'PUT payload unit (25 KB)', 'Amazon Kinesis Data Streams Pricing: provisioned', false),
  httpRequest: price(1 / million, 'request', 'Amazon API Gateway Pricing: HTTP APIs', false),
  scannedTb: price(5, 'TB scanned', 'Amazon Athena Pricing: SQL queries', false),
  keyMonth: price(1, 'key and month', 'AWS KMS Pricing'),
  keyRequest: price(0.03 / 10_000, 'request', 'AWS KMS Pricing'),
  logGb: price(0.5, 'GB of logs', 'Amazon CloudWatch Pricing: logs, standard class', false),
  alarmMonth: price(0.1, 'alarm metric and month', 'Amazon CloudWatch Pricing: standard resolution alarms', false),
  dashboardMonth: price(3, 'dashboard and month', 'Amazon CloudWatch Pricing: dashboards', false),
  metricMonth: price(0.3, 'custom metric and month', 'Amazon CloudWatch Pricing: first 10,000 metrics', false),
  schedulerInvocation: price(1 / million, 'invocation', 'Amazon EventBridge Pricing: Scheduler', false),
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof prices;
