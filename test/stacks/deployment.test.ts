/** What is deployed is what the topology says and the engine ran: the same functions, bytes, machines, routes and schedules. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { definitions } from '@tidemark/features';
import { alarmsOf } from '@tidemark/functions/alarms';
import { machinesOf, resolveTopology, stageNames } from '@tidemark/functions/resolve-topology';
import { topology } from '@tidemark/functions/topology';
import validator from 'asl-validator';
import { beforeAll, describe, expect, test } from 'vitest';
import { projectRoot } from '../../scripts/bootstrap/project-root.mjs';
import { changed, type Inputs, ofType, PLACE, type Resources, resourcesOf, SYNTH_MS } from './resources.ts';
import { deployedBundles, deployedStage } from './rules/deployed-stage.ts';

const stage = { stage: 'production', ...PLACE };
const names = stageNames(stage);
const engine = resolveTopology(stage, { 'audit-key': '(secret)' }, (name) => `dist/functions/${name}`, definitions.streams);
let resources: Resources;

beforeAll(async () => {
  resources = await resourcesOf('production');
}, SYNTH_MS);

test('the stacks deploy what the engine is given: functions, machines, routes, schedules, notifications and streams', () => {
  const {
    buckets,
    functions,
    logGroups,
    logSubscriptions,
    workGroups,
    stateMachines,
    routes,
    schedules,
    streams,
    eventSourceMappings,
  } = engine;
  expect(deployedStage(resources)).toEqual({
    functions: functions
      .map(({ bundleDir: _, failureDestination: __, ...one }) => one)
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    workGroups,
    stateMachines: stateMachines.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    routes: routes.map((one) => ({ ...one })).sort((a, b) => (key(a) < key(b) ? -1 : 1)),
    schedules: schedules.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    notifications: buckets.flatMap(({ name, notifications }) =>
      notifications.map(({ functionName }) => ({ bucket: name, functionName })),
    ),
    logGroups,
    logSubscriptions,
    streams: streams.map((one) => ({ ...one })),
    eventSourceMappings: eventSourceMappings.map(({ name: _, ...one }) => one),
  });
});

const key = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

test('files that the topology reads by version are versioned, and every bucket of the topology is there', () => {
  const versioned = ofType(resources, 's3/bucketVersioning:BucketVersioning').map(({ inputs }) => inputs.bucket);
  const present = ofType(resources, 's3/bucket:Bucket').map(({ inputs }) => inputs.bucket);
  for (const { name, versioned: needed } of engine.buckets) {
    expect(present).toContain(name);
    if (needed) expect(versioned).toContain(name);
  }
});

describe('bundles', () => {
  const manifest = () => JSON.parse(readFileSync(join(projectRoot, 'dist/functions/manifest.json'), 'utf8'));

  test('every function is the bundle of the manifest, whose hash is that of the file', () => {
    const bundles = deployedBundles(resources);
    expect(Object.keys(bundles).sort()).toEqual(Object.keys(topology.functions).sort());
    for (const [name, { file, sha256 }] of Object.entries(bundles)) {
      const { functions } = manifest();
      expect([name, sha256]).toEqual([name, functions[name].sha256]);
      expect(
        createHash('sha256')
          .update(readFileSync(join(projectRoot, file)))
          .digest('hex'),
      ).toBe(sha256);
    }
  });

  test('a function whose code is another bundle is seen', () => {
    const other = changed(resources, 'ServeFeatures', ({ inputs }) => {
      inputs.s3Key = `functions/serve-features/${'0'.repeat(64)}.zip`;
    });
    expect(() => deployedBundles(other)).toThrow('serve-features');
  });

  test('the archive holds the bundle and nothing else', () => {
    for (const { inputs } of ofType(resources, 's3/bucketObjectv2:BucketObjectv2'))
      expect(Object.keys(inputs.source.assets)).toEqual(['index.mjs']);
  });
});

describe('machines', () => {
  test('pass asl-validator and are the definitions that the engine runs', () => {
    const machines = ofType(resources, 'sfn/stateMachine:StateMachine');
    expect(machines).toHaveLength(Object.keys(topology.machines).length);
    const wanted = machinesOf(names);
    for (const { inputs } of machines) {
      const name = inputs.tags['tidemark:machine'] as keyof typeof wanted;
      expect(validator(structuredClone(inputs.definition))).toMatchObject({ isValid: true, errors: [] });
      expect(inputs.definition).toEqual(JSON.parse(JSON.stringify(wanted[name])));
    }
  });

  test('one that is broken or other is seen', () => {
    const broken = changed(resources, 'MachineIngest', ({ inputs }) => {
      delete inputs.definition.StartAt;
    });
    const [machine] = ofType(broken, 'sfn/stateMachine:StateMachine').filter(({ name }) => name === 'MachineIngest');
    expect(validator(structuredClone(machine?.inputs.definition)).isValid).toBe(false);
    expect(deployedStage(broken).stateMachines).not.toEqual(deployedStage(resources).stateMachines);
  });
});

test.each([
  { why: 'memory', name: 'PlanIngest', change: ({ inputs }: Inputs) => (inputs.memorySize = 128) },
  { why: 'concurrency', name: 'IngestChunk', change: ({ inputs }: Inputs) => (inputs.reservedConcurrentExecutions = 1) },
  { why: 'environment', name: 'IngestChunk', change: ({ inputs }: Inputs) => (inputs.environment.variables.WRITE_API = 'x') },
  { why: 'schedule', name: 'ScheduleReconcile', change: ({ inputs }: Inputs) => (inputs.scheduleExpression = 'rate(1 day)') },
  { why: 'log group', name: 'PlanIngest', change: ({ inputs }: Inputs) => (inputs.loggingConfig.logGroup = 'x') },
  { why: 'log filter', name: 'FeatureReadsSubscription', change: ({ inputs }: Inputs) => (inputs.filterPattern = '') },
  { why: 'batch size', name: 'StreamDeparturesReceived', change: ({ inputs }: Inputs) => (inputs.batchSize = 1) },
])('a stack that deploys another $why than the topology says is seen', ({ name, change }) => {
  expect(deployedStage(changed(resources, name, change))).not.toEqual(deployedStage(resources));
});

test('every alarm of the topology and the definitions is there, as it is declared, and tells somebody', () => {
  const alarms = ofType(resources, 'cloudwatch/metricAlarm:MetricAlarm');
  const [topic] = ofType(resources, 'sns/topic:Topic');
  const declared = alarmsOf('production', names, definitions);
  expect(declared.length).toBeGreaterThan(50);
  for (const alarm of declared) {
    const found = alarms.find(({ inputs }) => inputs.name === `tidemark-production-${alarm.name}`)?.inputs;
    expect(found).toMatchObject({
      metricName: alarm.metric,
      namespace: alarm.namespace,
      threshold: alarm.threshold,
      comparisonOperator: alarm.comparison,
      evaluationPeriods: alarm.evaluationPeriods,
      treatMissingData: alarm.missingData,
      alarmActions: [`arn:aws:sns:us-east-1:000000000000:${topic?.inputs.name}`],
    });
    expect(found.statistic ?? found.extendedStatistic).toBe(alarm.statistic);
  }
});

test('what no schedule could start rings, and the dashboard draws every metric that has an alarm', () => {
  const alarms = ofType(resources, 'cloudwatch/metricAlarm:MetricAlarm');
  expect(alarms.find(({ inputs }) => inputs.name === 'tidemark-production-schedule-dead-letters')?.inputs.dimensions).toEqual({
    QueueName: ofType(resources, 'sqs/queue:Queue')[0]?.inputs.name,
  });
  const [dashboard] = ofType(resources, 'cloudwatch/dashboard:Dashboard');
  const drawn = new Set(
    dashboard?.inputs.dashboardBody.widgets.flatMap(({ properties }: Inputs) =>
      properties.metrics.map(([namespace, metric]: string[]) => `${namespace} ${metric}`),
    ),
  );
  for (const { namespace, metric } of alarmsOf('production', names, definitions))
    expect(drawn).toContain(`${namespace} ${metric}`);
});

describe('one hop between', () => {
  test('a route and its function: the integration names it, the tags name the source file of neither more nor less', () => {
    const [route] = ofType(resources, 'apigatewayv2/route:Route');
    const integration = resources.find(({ name }) => route?.inputs.target === `integrations/${name}`)?.inputs as Inputs;
    const name = integration.integrationUri.split(':').at(-1);
    const found = ofType(resources, 'lambda/function:Function').find(({ inputs }) => inputs.name === name);
    expect(found?.inputs.description).toBe(`tidemark ${topology.functions['serve-features'].entry}`);
  });

  test('a resource and the part of the topology that it stands for, by its tags', () => {
    for (const { name, inputs } of [
      ...ofType(resources, 'lambda/function:Function'),
      ...ofType(resources, 's3/bucket:Bucket'),
      ...ofType(resources, 'sfn/stateMachine:StateMachine'),
      ...ofType(resources, 'sagemaker/featureGroup:FeatureGroup'),
      ...ofType(resources, 'kinesis/stream:Stream'),
    ])
      expect([name, Object.keys(inputs.tags)]).toEqual([
        name,
        expect.arrayContaining([expect.stringMatching(/^tidemark:(function|bucket|machine|group|stream)$/)]),
      ]);
  });
});
