/**
 * Every alarm of a stage as data, made from the topology and the definitions: the stacks turn each into a CloudWatch alarm,
 * `tidemark status` holds the same thresholds against what was measured last.
 *
 * A rate measured on a sample is judged by the bound of its confidence interval: of 100 entities at a true 99.5 % the plain
 * rate lies under 99 % nine times of a hundred, its upper bound two times of a thousand.
 */
import { type Definitions, type Group, isWindowed, physicalGroupName } from '@tidemark/domain';
import { METRIC_DIMENSION, METRIC_NAMESPACE, type MetricName } from '@tidemark/pipeline';
import { machinesOf, type StageNames } from './resolve-topology.ts';
import { type FunctionName, type MachineName, type Topology, topology } from './topology.ts';

export interface Alarm {
  /** Unique within the stage, and without it. */
  readonly name: string;
  readonly namespace: string;
  readonly metric: string;
  /** `{ api: 'http' }` stands for the id of the stage's HTTP API, which only its deployment knows. */
  readonly dimensions: Readonly<Record<string, string | { readonly api: 'http' }>>;
  readonly statistic: 'Average' | 'Maximum' | 'Minimum' | 'Sum' | 'p99';
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly comparison: 'GreaterThanThreshold' | 'LessThanThreshold';
  readonly threshold: number;
  readonly missingData: 'breaching' | 'notBreaching' | 'ignore' | 'missing';
  /** What it means and what to do. */
  readonly description: string;
}

type Condition = Pick<Alarm, 'statistic' | 'periodSeconds' | 'comparison' | 'threshold' | 'description'> &
  Partial<Pick<Alarm, 'evaluationPeriods' | 'datapointsToAlarm' | 'missingData'>>;

const FIVE_MINUTES = 300;
const HOUR = 3_600;

const withDefaults = (condition: Condition) => ({
  evaluationPeriods: 1,
  datapointsToAlarm: condition.evaluationPeriods ?? 1,
  missingData: 'notBreaching' as const,
  ...condition,
});

/** Per metric of a group. A group without data has no rate: that is no alarm, and a watch that is silent has its own. */
const groupConditions = {
  IngestionLag: {
    statistic: 'Maximum',
    periodSeconds: FIVE_MINUTES,
    evaluationPeriods: 2,
    comparison: 'GreaterThanThreshold',
    threshold: 300,
    description:
      'Input waits for more than 5 minutes. `tidemark status` names what runs; a failed ingest is redriven by `reconcile`, see its execution for the reason.',
  },
  FeatureCompleteness: {
    statistic: 'Minimum',
    periodSeconds: HOUR,
    comparison: 'LessThanThreshold',
    threshold: 95,
    missingData: 'ignore',
    description:
      'More than 5 % of the newest values are missing. `tidemark status --json` names the features; look at their source.',
  },
  ConsistencyRateHigh: {
    statistic: 'Minimum',
    periodSeconds: HOUR,
    comparison: 'LessThanThreshold',
    threshold: 99,
    missingData: 'ignore',
    description:
      'With 95 % confidence more than 1 % of the entities are served other values than the history has. `tidemark inconsistencies` says which features, why and where to look.',
  },
  ErrorRate: {
    statistic: 'Average',
    periodSeconds: FIVE_MINUTES,
    evaluationPeriods: 3,
    comparison: 'GreaterThanThreshold',
    threshold: 1,
    description: 'More than 1 % of the records that requests want cannot be read. Look for throttling of the online store.',
  },
  QuarantineRate: {
    statistic: 'Maximum',
    periodSeconds: FIVE_MINUTES,
    comparison: 'GreaterThanThreshold',
    threshold: 1,
    description:
      'More than 1 % of the rows of the last 24 hours were refused. `tidemark quarantine list` gives file, line and reason.',
  },
  RefusedFiles: {
    statistic: 'Maximum',
    periodSeconds: FIVE_MINUTES,
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    description:
      'A whole file was refused in the last 24 hours. `tidemark quarantine list` says why; upload it again when mended.',
  },
  EventsQuarantined: {
    statistic: 'Sum',
    periodSeconds: FIVE_MINUTES,
    evaluationPeriods: 3,
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    description: 'Events of the stream are refused, for 15 minutes. `tidemark quarantine list` gives the reasons.',
  },
} as const satisfies Partial<Record<MetricName, Condition>>;

const functionConditions = {
  Errors: {
    statistic: 'Sum',
    periodSeconds: FIVE_MINUTES,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    description: 'The function fails again and again. Its log group has the code and the request id.',
  },
  Throttles: {
    statistic: 'Sum',
    periodSeconds: FIVE_MINUTES,
    evaluationPeriods: 3,
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    description: 'The function is called more often than its concurrency allows, for 15 minutes: raise it in topology.ts.',
  },
} as const satisfies Record<string, Condition>;

const iteratorAge = {
  IteratorAge: {
    statistic: 'Maximum',
    periodSeconds: FIVE_MINUTES,
    evaluationPeriods: 2,
    comparison: 'GreaterThanThreshold',
    threshold: 300_000,
    description: 'Records of a stream wait for more than 5 minutes. `tidemark stream status` shows which shard.',
  },
} as const satisfies Record<string, Condition>;

const deliveryConditions = {
  DeliveryErrors: {
    statistic: 'Sum',
    periodSeconds: FIVE_MINUTES,
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    description:
      'Lines of a log do not reach the function that subscribes to them. Audit lines are still in the log of serve-features: docs/operations.md says how to bring them over.',
  },
  DeliveryThrottling: {
    statistic: 'Sum',
    periodSeconds: FIVE_MINUTES,
    evaluationPeriods: 3,
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    description:
      'The function that subscribes to a log is throttled, for 15 minutes: raise the concurrency of the account. Audit lines are still in the log of serve-features.',
  },
} as const satisfies Record<string, Condition>;

const machineConditions = {
  ExecutionsFailed: {
    statistic: 'Sum',
    periodSeconds: FIVE_MINUTES,
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    description: 'An execution failed. Its history has the state, the code and the reason.',
  },
  ExecutionsTimedOut: {
    statistic: 'Sum',
    periodSeconds: FIVE_MINUTES,
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    description: 'An execution took longer than its machine allows. Its history shows where it stood.',
  },
} as const satisfies Record<string, Condition>;

const apiConditions = {
  '5xx': {
    statistic: 'Sum',
    periodSeconds: FIVE_MINUTES,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
    comparison: 'GreaterThanThreshold',
    threshold: 5,
    description: 'The API fails. The log of serve-features has the codes.',
  },
  Latency: {
    statistic: 'p99',
    periodSeconds: FIVE_MINUTES,
    evaluationPeriods: 3,
    comparison: 'GreaterThanThreshold',
    threshold: 1_000,
    description: 'One request of a hundred takes more than a second. Look for cold starts and throttling of the online store.',
  },
} as const satisfies Record<string, Condition>;

/** Whether a value that stands for the alarm's statistic is beyond its threshold. */
export const isInAlarm = ({ comparison, threshold }: Pick<Alarm, 'comparison' | 'threshold'>, value: number): boolean =>
  comparison === 'GreaterThanThreshold' ? value > threshold : value < threshold;

const kebab = (metric: string) => metric.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();

const alarmsFrom = (
  prefix: string,
  namespace: string,
  dimensions: Alarm['dimensions'],
  conditions: Readonly<Record<string, Condition>>,
): Alarm[] =>
  Object.entries(conditions).map(([metric, condition]) => ({
    name: `${prefix}-${kebab(metric)}`,
    namespace,
    metric,
    dimensions,
    ...withDefaults(condition),
  }));

type Declared = Pick<Definitions, 'groups' | 'sources' | 'streamSources' | 'views'>;
type GroupMetric = keyof typeof groupConditions;

/** What somebody measures of a group: files that feed it, the two stores compared, views that read it. */
function measuredMetrics({ sources, streamSources, views }: Declared, group: Group): GroupMetric[] {
  const isCompared = group.storage === 'Standard' && group.keptIn === undefined;
  const by = (measures: boolean, ...names: readonly GroupMetric[]) => (measures ? names : []);
  return [
    ...by(
      sources.some((source) => source.group.name === group.name),
      'IngestionLag',
      'QuarantineRate',
      'RefusedFiles',
    ),
    ...by(
      streamSources.some((source) => source.group.name === group.name),
      'EventsQuarantined',
    ),
    ...by(isCompared && !isWindowed(group), 'FeatureCompleteness'),
    ...by(isCompared, 'ConsistencyRateHigh'),
    ...by(
      views.some(({ joins }) => joins.some((one) => one.group.name === group.name)),
      'ErrorRate',
    ),
  ];
}

export const groupAlarms = (stage: string, definitions: Declared): Alarm[] =>
  definitions.groups.flatMap((group) =>
    alarmsFrom(
      `group-${group.name}-v${group.version}`,
      METRIC_NAMESPACE,
      { [METRIC_DIMENSION]: physicalGroupName(stage, group) },
      Object.fromEntries(measuredMetrics(definitions, group).map((metric) => [metric, groupConditions[metric]])),
    ),
  );

/** All alarms of a stage, in a stable order. */
export function alarmsOf(
  stage: string,
  names: StageNames,
  definitions: Declared,
  { functions, streams, logSubscriptions }: Pick<Topology, 'functions' | 'streams' | 'logSubscriptions'> = topology,
): Alarm[] {
  return [
    ...groupAlarms(stage, definitions),
    ...(Object.keys(functions) as FunctionName[]).flatMap((name) =>
      alarmsFrom(`function-${name}`, 'AWS/Lambda', { FunctionName: names.functionName(name) }, functionConditions),
    ),
    ...alarmsFrom(
      `function-${streams.received.function}`,
      'AWS/Lambda',
      { FunctionName: names.functionName(streams.received.function) },
      iteratorAge,
    ),
    ...logSubscriptions.flatMap(({ name, of }) =>
      alarmsFrom(
        `log-${name}`,
        'AWS/Logs',
        { LogGroupName: names.logGroup('functions', of), DestinationType: 'Lambda', FilterName: name },
        deliveryConditions,
      ),
    ),
    ...(Object.keys(machinesOf(names)) as MachineName[]).flatMap((name) =>
      alarmsFrom(`machine-${name}`, 'AWS/States', { StateMachineArn: names.machineArn(name) }, machineConditions),
    ),
    ...alarmsFrom('api', 'AWS/ApiGateway', { ApiId: { api: 'http' } }, apiConditions),
  ];
}
