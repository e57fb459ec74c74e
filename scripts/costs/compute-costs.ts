/**
 * Dollars from three things and nothing else: what a counted run of the engine called (counts.json), what the topology says
 * of memory, schedules, alarms and shards, and the dated list prices.
 *
 *   (counts per unit of work, topology, prices) → items: quantity × price → sums
 */
import { definitions } from '@tidemark/features';
import { alarmsOf } from '@tidemark/functions/alarms';
import { stageNames } from '@tidemark/functions/resolve-topology';
import { type FunctionName, topology } from '@tidemark/functions/topology';
import { type PriceName, prices } from './prices.ts';

/** What one kind of work called while so many units of it were done. */
export interface Counts {
  readonly units: number;
  readonly invocations: Readonly<Partial<Record<FunctionName, number>>>;
  readonly transitions: number;
  readonly s3Writes: number;
  readonly s3Reads: number;
  /** Each of at most 1 KB. */
  readonly recordsWritten: number;
  /** Each of at most 4 KB. */
  readonly recordsRead: number;
  /** KMS is asked by S3 under bucket keys, by Kinesis and by SageMaker. */
  readonly s3KeyUses: number;
  readonly scannedBytes: number;
  readonly queries: number;
}

export type Work = 'rows' | 'events' | 'reads' | 'labels';
/** And of each scheduled machine, once, in a stage that holds nothing. */
export type AllCounts = Readonly<Record<Work, Counts>> & { readonly schedules: Readonly<Record<string, Counts>> };

export interface Item {
  readonly what: string;
  readonly price: PriceName;
  readonly quantity: number;
  readonly dollars: number;
}

const MILLION = 1_000_000;
const DAYS_A_MONTH = 30;
const TB = 10 ** 12;

/** Figures that no count gives, each with its reason; the page prints them all. */
export const assumptions = {
  cpuSecondsPerUnit: {
    // docs/benchmarks.md: CPU seconds of the whole run, engine and client included, over its units: more than AWS would bill for.
    rows: 10.3 / 77_398,
    labels: 4.11 / 113_493,
    // As a row: decoded, mapped and written by the same code, in batches.
    events: 10.3 / 77_398,
    // The p50 under load, all of it, as CPU.
    reads: 0.0143,
  } satisfies Record<Work, number>,
  /** Memory that brings one vCPU: AWS Lambda Developer Guide, "Configure Lambda function memory". */
  mbPerVcpu: 1_769,
  /** S3 User Guide, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys": by up to 99 percent. */
  keyUsesPerRequest: 0.01,
  /** Amazon Athena Pricing: a query is billed for 10 MB at least. */
  leastBytesPerQuery: 10_000_000,
  /** One line of audit and one of platform report a request. */
  logBytesPerRead: 1_000,
  logBytesPerInvocation: 500,
  /** Of the example's views for one row; 22 more for each further entity. */
  auditLineBytes: 300,
  /** The most there can be: at a hundred reads a second CloudWatch Logs brings many lines at once. */
  auditDeliveriesPerRead: 1,
  /** What a warm delivery of a few lines took on the engine, all of it, as CPU. */
  cpuSecondsPerAuditDelivery: 0.004,
} as const;

const item = (what: string, price: PriceName, quantity: number): Item => ({
  what,
  price,
  quantity,
  dollars: quantity * prices[price].dollars,
});

const billedBytes = ({ scannedBytes, queries }: Counts): number =>
  Math.max(scannedBytes, queries * assumptions.leastBytesPerQuery);

/** The function in which a kind of work spends its time. */
const WORKER: Readonly<Record<Work, FunctionName>> = {
  rows: 'ingest-chunk',
  events: 'stream-received',
  reads: 'serve-features',
  labels: 'finish-dataset',
};

/** For a million units. */
export function workCosts(work: Work, counts: Counts): Item[] {
  const scale = MILLION / counts.units;
  const invocations = Object.values(counts.invocations).reduce((sum, count) => sum + count, 0) * scale;
  const { memoryMb } = topology.functions[WORKER[work]];
  // CPU is shared out with memory: less of it takes as much longer, so that memory cancels out below one vCPU.
  const seconds = assumptions.cpuSecondsPerUnit[work] * MILLION * Math.max(1, assumptions.mbPerVcpu / memoryMb);
  const logBytes = work === 'reads' ? MILLION * assumptions.logBytesPerRead : invocations * assumptions.logBytesPerInvocation;
  return [
    item('Feature Store, writes', 'recordWrite', counts.recordsWritten * scale),
    item('Feature Store, reads', 'recordRead', counts.recordsRead * scale),
    item('Lambda, invocations', 'lambdaRequest', invocations),
    item('Lambda, compute', 'lambdaGbSecond', (seconds * memoryMb) / 1_024),
    item('Step Functions', 'transition', counts.transitions * scale),
    item('S3, writes and lists', 's3Write', counts.s3Writes * scale),
    item('S3, reads', 's3Read', counts.s3Reads * scale),
    item('KMS, under bucket keys', 'keyRequest', counts.s3KeyUses * scale * assumptions.keyUsesPerRequest),
    item('Athena', 'scannedTb', (billedBytes(counts) * scale) / TB),
    ...(work === 'events' ? [item('Kinesis, records put', 'putUnit', MILLION)] : []),
    ...(work === 'reads' ? [item('HTTP API', 'httpRequest', MILLION), ...auditCosts()] : []),
    item('CloudWatch, logs', 'logGb', logBytes / 10 ** 9),
  ].filter(({ quantity }) => quantity > 0);
}

/** Bringing the audit lines of a million reads to the log that keeps them. */
function auditCosts(): Item[] {
  const deliveries = MILLION * assumptions.auditDeliveriesPerRead;
  // Below one vCPU memory cancels out.
  const gbSeconds = (deliveries * assumptions.cpuSecondsPerAuditDelivery * assumptions.mbPerVcpu) / 1_024;
  const logBytes = MILLION * assumptions.auditLineBytes + deliveries * assumptions.logBytesPerInvocation;
  return [
    item('Audit lines, Lambda invocations', 'lambdaRequest', deliveries),
    item('Audit lines, Lambda compute', 'lambdaGbSecond', gbSeconds),
    item('Audit lines, CloudWatch', 'logGb', logBytes / 10 ** 9),
  ];
}

/** How often a schedule fires in a day; of a cron expression only "once, on so many days of a week" is known. */
function firingsPerDay(expression: string): number {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count !== undefined) return { minute: 1_440, hour: 24, day: 1 }[unit as 'minute' | 'hour' | 'day'] / Number(count);
  const [, dayOfMonth = '', dayOfWeek = ''] = /^cron\(\d+ \d+ (\*|\?) \* (\?|\*|[A-Z]{3}) \*\)$/.exec(expression) ?? [];
  if (dayOfMonth === '') throw new Error(`${expression}: say in ${import.meta.filename} how often that is in a day`);
  return /^[A-Z]{3}$/.test(dayOfWeek) ? 1 / 7 : 1;
}

/** What a stage costs on a day on which nothing comes: what exists, and what is scheduled and finds nothing to do. */
export function idleDay({ schedules }: Pick<AllCounts, 'schedules'>): Item[] {
  const shardHours = definitions.streams.length * topology.streams.shardCount * 24;
  const names = stageNames({ stage: 'production', account: '000000000000', region: 'us-east-1' });
  const alarms = alarmsOf('production', names, definitions);
  const own = alarms.filter(({ namespace }) => !namespace.startsWith('AWS/'));
  const metrics = new Set(own.map(({ metric, dimensions }) => JSON.stringify([metric, dimensions]))).size;
  const firings = topology.schedules.reduce((sum, { expression }) => sum + firingsPerDay(expression), 0);
  const daily = (pick: (counts: Counts) => number): number =>
    topology.schedules.reduce((sum, { name, expression }) => {
      const counts = schedules[name];
      return counts === undefined ? sum : sum + firingsPerDay(expression) * pick(counts);
    }, 0);
  const ofMachines = daily(({ invocations }) => Object.values(invocations).reduce((sum, count) => sum + count, 0));
  const ofFunctions = topology.schedules.reduce(
    (sum, { target, expression }) => sum + ('function' in target ? firingsPerDay(expression) : 0),
    0,
  );
  return [
    item('KMS, two keys', 'keyMonth', 2 / DAYS_A_MONTH),
    item(`Kinesis, ${shardHours / 24} shards`, 'shardHour', shardHours),
    ...(topology.streams.retentionHours > 24 ? [item('Kinesis, retention beyond a day', 'shardHourRetention', shardHours)] : []),
    item(`CloudWatch, ${alarms.length} alarms`, 'alarmMonth', alarms.length / DAYS_A_MONTH),
    item(`CloudWatch, ${metrics} metrics of our own`, 'metricMonth', metrics / DAYS_A_MONTH),
    item('CloudWatch, a dashboard', 'dashboardMonth', 1 / DAYS_A_MONTH),
    item('Scheduler', 'schedulerInvocation', firings),
    item('Lambda, invocations', 'lambdaRequest', ofMachines + ofFunctions),
    item(
      'Step Functions',
      'transition',
      daily(({ transitions }) => transitions),
    ),
    item('Athena', 'scannedTb', daily(billedBytes) / TB),
    item(
      'S3, writes and lists',
      's3Write',
      daily(({ s3Writes }) => s3Writes),
    ),
    item(
      'S3, reads',
      's3Read',
      daily(({ s3Reads }) => s3Reads),
    ),
  ];
}

export const sum = (items: readonly Item[]): number => items.reduce((total, { dollars }) => total + dollars, 0);
