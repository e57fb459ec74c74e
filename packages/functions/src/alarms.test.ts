import { isWindowed } from '@tidemark/domain';
import { definitions } from '@tidemark/features';
import { expect, test } from 'vitest';
import { alarmsOf } from './alarms.ts';
import { stageNames } from './resolve-topology.ts';
import { topology } from './topology.ts';

const place = { stage: 'dev', account: '000000000000', region: 'us-east-1' };
const alarms = alarmsOf('dev', stageNames(place), definitions);

/** What AWS itself measures, by namespace, as its documentation names it. */
const AWS_METRICS: Readonly<Record<string, readonly string[]>> = {
  'AWS/Lambda': ['Errors', 'Throttles', 'IteratorAge'],
  'AWS/States': ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsSucceeded'],
  'AWS/Logs': ['DeliveryErrors', 'DeliveryThrottling'],
  'AWS/ApiGateway': ['5xx', 'Latency'],
};

test('names are unique and every alarm says what to do', () => {
  expect(new Set(alarms.map(({ name }) => name)).size).toBe(alarms.length);
  for (const { description } of alarms) expect(description.length).toBeGreaterThan(40);
});

test('an alarm is one that CloudWatch takes', () => {
  for (const { name, periodSeconds, evaluationPeriods, datapointsToAlarm } of alarms) {
    expect(name).toMatch(/^[a-z0-9-]{1,200}$/);
    expect(periodSeconds % 60).toBe(0);
    expect(periodSeconds * evaluationPeriods).toBeLessThanOrEqual(86_400);
    expect(datapointsToAlarm).toBeLessThanOrEqual(evaluationPeriods);
  }
});

test('lag has its alarm at 300 s, completeness at 95 %, consistency at 99 % of its upper bound, for each group that it is measured of', () => {
  const thresholds = (metric: string) => alarms.filter((one) => one.metric === metric).map((one) => one.threshold);
  const each = (threshold: number, groups: readonly unknown[]) => groups.map(() => threshold);
  const plain = definitions.groups.filter((group) => !isWindowed(group));
  const fed = new Set(definitions.sources.map(({ group }) => group.name));
  expect(thresholds('IngestionLag')).toEqual(each(300, [...fed]));
  expect(thresholds('FeatureCompleteness')).toEqual(each(95, plain));
  expect(thresholds('ConsistencyRateHigh')).toEqual(each(99, definitions.groups));
  expect(fed.size).toBeGreaterThan(0);
  expect(plain.length).toBeLessThan(definitions.groups.length);
});

test('a group has alarms of what is measured of it, and no other', () => {
  const group = definitions.groups.find(isWindowed);
  const own = alarms.filter(({ name }) => name.startsWith(`group-${group?.name}-`)).map(({ metric }) => metric);
  expect(own).toEqual(['EventsQuarantined', 'ConsistencyRateHigh', 'ErrorRate']);
});

test('every function and machine has its alarms, and those of AWS are of metrics that AWS has', () => {
  const functions = alarms.filter(({ metric }) => metric === 'Errors').map(({ dimensions }) => dimensions.FunctionName);
  expect(functions).toEqual(Object.keys(topology.functions).map((name) => `dev-${name}`));
  for (const { namespace, metric } of alarms) {
    if (namespace.startsWith('AWS/')) expect(AWS_METRICS[namespace]).toContain(metric);
  }
});

test('they are plain data', () => {
  expect(JSON.parse(JSON.stringify(alarms))).toEqual(alarms);
});
