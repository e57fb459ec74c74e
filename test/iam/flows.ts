/**
 * Everything that a stage does, as flows that can be run again and again. Each brings its own input, waits until nothing
 * runs any more, and throws unless the outcome is the right one; none waits for what may never come.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { PutRecordCommand, SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { DescribeExecutionCommand, ListExecutionsCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type Upload, upload } from '@tidemark/cli/upload';
import { type Deployment, engineCredentials } from '@tidemark/engine';
import type { FunctionName, MachineName } from '@tidemark/functions/topology';
import { dateOf, ingestIdOf, ledgerKeys, type Receipt } from '@tidemark/pipeline';
import type { StageUnderRoles } from './stage-under-roles.ts';

export type Flow = (on: StageUnderRoles, tag: string) => Promise<void>;

const files = mkdtempSync(join(tmpdir(), 'tidemark-flows-'));
const seconds = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function expectThat(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

function writeInput(name: string, content: string | Buffer): string {
  const path = join(files, name.replaceAll('/', '_'));
  writeFileSync(path, content);
  return path;
}

export async function settle({ stage, fast, patienceMs }: StageUnderRoles): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('the stage does not come to rest')), patienceMs());
  try {
    await fast(Promise.race([stage.instance.idle(), late]));
  } finally {
    clearTimeout(timer);
  }
}

async function receiptOf({ stage }: StageUnderRoles, { request, ingestId, key }: Upload): Promise<Receipt> {
  const head = await stage.objects.head(request);
  const receipt = ledgerKeys.receipt(dateOf(head?.lastModifiedMs ?? 0), ingestId);
  const body = await stage.objects.read({ bucket: stage.names.bucket('ledger'), key: receipt });
  expectThat(body !== undefined, `${key} has no receipt: its ingest is ${await stage.executions.status('ingest', ingestId)}`);
  return JSON.parse(Buffer.from(body).toString('utf8')) as Receipt;
}

const routeLines = (day: number, rows: readonly string[]) =>
  [
    'origin,destination,day_end,flights,mean_delay,share_late,distance',
    ...rows.map((row) => row.replace('DAY', seconds(day))),
    '',
  ].join('\n');

/** One file of every kind of source: with a bad row, compressed, a second time the same, refused as a whole, of no source. */
export const ingest: Flow = async (on, tag) => {
  const { stage } = on;
  const day = Math.floor(stage.instance.clock.nowMs() / DAY_MS) * DAY_MS - DAY_MS;
  const put = (key: string, content: string | Buffer) => upload(stage, writeInput(`${tag}-${key}`, content), key);
  const routes = routeLines(day, [`ATL,JFK,DAY,9,4.5,0.25,760`, `ORD,LAX,DAY,9,NaN,0.25,${tag.length}`]);
  const [sealed, packed, profile, broken, unroutable] = await Promise.all([
    put(`route-days/${tag}.csv`, `${routes}${tag},JFK,${seconds(day)},1,1,0.5,1\n`),
    put(
      `airport-hours/${tag}.jsonl.gz`,
      gzipSync(
        ['ATL', 'JFK', tag]
          .map((airport) =>
            JSON.stringify({ airport, hour_end: seconds(day + HOUR_MS), departures: 3, mean_delay: 1.5, share_late: 0 }),
          )
          .join('\n'),
      ),
    ),
    put(
      `airports/${tag}.csv`,
      `iata,name,city,state,country,latitude,longitude,valid_from\nATL,Atlanta ${tag},Atlanta,GA,USA,33.6,-84.4,${seconds(day)}\n`,
    ),
    put(`route-days/${tag}-broken.csv.gz`, gzipSync(routes).subarray(0, 40)),
    put(`nowhere/${tag}.csv`, routes),
  ]);
  await settle(on);
  const again = await put(`route-days/${tag}.csv`, `${routes}${tag},JFK,${seconds(day)},1,1,0.5,1\n`);
  await settle(on);
  for (const [one, status, accepted, quarantined] of [
    [sealed, 'sealed', 2, 1],
    [packed, 'sealed', 3, 0],
    [profile, 'sealed', 1, 0],
    [broken, 'refused', 0, 0],
    [again, 'unchanged', 0, 0],
  ] as const) {
    const receipt = await receiptOf(on, one);
    expectThat(
      receipt.status === status && receipt.rows.accepted === accepted && receipt.rows.quarantined === quarantined,
      `${one.key}: ${receipt.status}, ${JSON.stringify(receipt.rows)}`,
    );
  }
  const { bucket, key } = unroutable.request;
  const date = dateOf((await stage.objects.head({ bucket, key }))?.lastModifiedMs ?? 0);
  const known = { bucket: stage.names.bucket('ledger'), key: ledgerKeys.unroutable(date, unroutable.ingestId) };
  expectThat((await stage.objects.head(known)) !== undefined, `${key} is not recorded as unroutable`);
};

/** What the online store took reaches the offline store. */
export const history: Flow = async (on, tag) => {
  const { stage } = on;
  const day = Math.floor(stage.instance.clock.nowMs() / DAY_MS) * DAY_MS - DAY_MS;
  const uploaded = await upload(
    stage,
    writeInput(`${tag}-history`, routeLines(day, [`${tag},JFK,DAY,9,4.5,0.25,760`])),
    `route-days/${tag}-history.csv`,
  );
  await settle(on);
  await receiptOf(on, uploaded);
  await stage.instance.drainOffline();
};

/** Every group that the API serves, through every view. */
export const serve: Flow = async ({ stage }) => {
  const { api, token } = stage.engine;
  const headers = { authorization: `Bearer ${token}` };
  for (const query of [
    'departure-delay?origin=ATL&destination=JFK',
    'airport-now?airport=ATL',
    'route-now?origin=ATL&destination=JFK',
  ]) {
    const answer = await fetch(`${api}/features/${query}`, { headers });
    const text = await answer.text();
    expectThat(answer.status === 200 && !text.includes('"failed"'), `${query}: ${answer.status} ${text}`);
  }
};

/** A read, and all that it starts. @returns the id that the API gave it */
async function readOnce(on: StageUnderRoles): Promise<string> {
  const { api, token } = on.stage.engine;
  const answer = await fetch(`${api}/features/airport-now?airport=ATL`, { headers: { authorization: `Bearer ${token}` } });
  const { requestId } = (await answer.json()) as { requestId: string };
  await settle(on);
  return requestId;
}

/** The audit line of a read is kept in the log that is made for it. */
export const audit: Flow = async (on) => {
  const requestId = await readOnce(on);
  const { endpoint, region } = on.stage.engine;
  const logs = new CloudWatchLogsClient({ endpoint, region, credentials: engineCredentials });
  const logGroupName = on.stage.names.logGroup('audit', 'feature-reads');
  const { events = [] } = await logs.send(
    new FilterLogEventsCommand({ logGroupName, filterPattern: `{ $.requestId = "${requestId}" }` }),
  );
  logs.destroy();
  expectThat(events.length === 1, `of one read ${events.length} audit lines are kept`);
};

/** Runs a machine to its end: `SUCCEEDED`, or how it failed. */
async function run(on: StageUnderRoles, machine: MachineName, id: string, input: object): Promise<string> {
  const { stage } = on;
  const stateMachineArn = stage.names.machineArn(machine);
  const { executionArn } = await stage.sfn.send(
    new StartExecutionCommand({ stateMachineArn, name: id, input: JSON.stringify(input) }),
  );
  await settle(on);
  const { status, error, cause } = await stage.sfn.send(new DescribeExecutionCommand({ executionArn }));
  return status === 'SUCCEEDED' ? 'SUCCEEDED' : `${machine} ${status}: ${error}: ${cause}`;
}

async function runWell(on: StageUnderRoles, machine: MachineName, id: string, input: object): Promise<void> {
  const outcome = await run(on, machine, id, input);
  expectThat(outcome === 'SUCCEEDED', outcome);
}

const build = (on: StageUnderRoles, id: string, labels: string) =>
  run(on, 'build-dataset', id, {
    view: 'departure-delay',
    labels,
    labelTime: 'label_time',
    keys: {},
    boundary: 'before',
    knowledge: 'event-time',
  });

const labelsOf = (on: StageUnderRoles) => {
  const at = seconds(on.stage.instance.clock.nowMs());
  return `origin,destination,label_time\nATL,JFK,${at}\nORD,LAX,${at}\n`;
};

/** Labels that were uploaded, and labels that lie among the raw files. */
export const dataset: Flow = async (on, tag) => {
  const { stage } = on;
  const path = writeInput(`${tag}-labels`, labelsOf(on));
  const { key } = await upload(stage, path, `labels/${tag}.csv`, stage.names.bucket('work'));
  const uploaded = await build(on, `${tag}-uploaded`, `s3://${stage.names.bucket('work')}/${key}`);
  expectThat(uploaded === 'SUCCEEDED', uploaded);
  await upload(stage, path, `archive/${tag}/labels.csv`);
  const archived = await build(on, `${tag}-archived`, `s3://${stage.names.bucket('raw')}/archive/${tag}/`);
  expectThat(archived === 'SUCCEEDED', archived);
  for (const id of [`${tag}-uploaded`, `${tag}-archived`]) {
    const left = stage.objects.list(stage.names.bucket('work'), `dataset-work/${id}/`);
    expectThat((await Array.fromAsync(left)).length === 0, `data set ${id} has left its work behind`);
  }
};

type Environment = Readonly<Record<string, string>>;

/** Runs something while one function has another environment: one that it fails with. */
async function whileBroken<T>(on: StageUnderRoles, name: FunctionName, changed: Environment, work: () => Promise<T>): Promise<T> {
  const broken = on.stage.names.functionName(name);
  const functions = on.stage.deployment.functions.map((fn) =>
    fn.name === broken ? { ...fn, environment: { ...fn.environment, ...changed } } : fn,
  );
  await on.redeploy({ functions });
  const result = await work();
  await on.redeploy({});
  return result;
}

const GONE = 'tidemark-no-such-bucket';

/** One firing of a schedule, sooner than it would be. */
async function fire(on: StageUnderRoles, name: string, changes: Partial<Deployment> = {}): Promise<void> {
  const schedules = on.schedules.filter((schedule) => schedule.name === `${on.stage.stage}-${name}`);
  expectThat(schedules.length === 1, `there is no schedule ${name}`);
  await on.redeploy({ ...changes, schedules: schedules.map((schedule) => ({ ...schedule, expression: 'rate(5 minutes)' })) });
  on.stage.instance.clock.advance(5 * 60_000 + 1_000);
  await on.redeploy(changes);
  await settle(on);
}

/** One firing of a schedule whose machine ends well. */
async function fireMachine(on: StageUnderRoles, name: string, machine: MachineName): Promise<void> {
  const endedWell = async () => {
    const { executions = [] } = await on.stage.sfn.send(
      new ListExecutionsCommand({ stateMachineArn: on.stage.names.machineArn(machine), statusFilter: 'SUCCEEDED' }),
    );
    return executions.length;
  };
  const before = await endedWell();
  await fire(on, name);
  expectThat((await endedWell()) > before, `what the schedule ${name} has started did not end well`);
}

/** The schedule starts what no event has started, and goes on with what has failed, chunk by chunk. */
export const reconcile: Flow = async (on, tag) => {
  const { stage } = on;
  const { buckets } = stage.deployment;
  const day = Math.floor(stage.instance.clock.nowMs() / DAY_MS) * DAY_MS;
  const path = writeInput(`${tag}-lost`, routeLines(day, [`${tag},JFK,DAY,9,4.5,0.25,760`]));
  await on.redeploy({ buckets: buckets.map((bucket) => ({ ...bucket, notifications: [] })) });
  const lost = await upload(stage, path, `route-days/${tag}-lost.csv`);
  const failed = await whileBroken(on, 'ingest-chunk', { LEDGER_BUCKET: GONE }, async () => {
    const uploaded = await upload(stage, path, `route-days/${tag}-failed.csv`);
    await settle(on);
    return uploaded;
  });
  await fire(on, 'reconcile');
  for (const one of [lost, failed]) expectThat((await receiptOf(on, one)).status === 'sealed', `${one.key} is not sealed`);
};

/** An object that is deleted before its ingest could read it. */
export const vanished: Flow = async (on, tag) => {
  const { stage } = on;
  const bucket = stage.names.bucket('raw');
  const request = { bucket, key: `route-days/${tag}-vanished.csv`, versionId: '0'.repeat(32), attempt: 0 };
  const ingestId = ingestIdOf(request, 0);
  await stage.executions.start('ingest', ingestId, request);
  await settle(on);
  const status = await stage.executions.status('ingest', ingestId);
  expectThat(status === 'SUCCEEDED', `the ingest of what is not there ended as ${status}`);
};

/** A data set that fails late leaves nothing behind. */
export const failedDataset: Flow = async (on, tag) => {
  const { stage } = on;
  const path = writeInput(`${tag}-labels`, labelsOf(on));
  const { key } = await upload(stage, path, `labels/${tag}.csv`, stage.names.bucket('work'));
  const outcome = await whileBroken(on, 'publish-dataset', { LEDGER_BUCKET: GONE }, () =>
    build(on, tag, `s3://${stage.names.bucket('work')}/${key}`),
  );
  expectThat(outcome.startsWith('build-dataset FAILED'), outcome);
  for (const [bucket, prefix] of [
    ['work', 'dataset-work'],
    ['datasets', 'datasets'],
  ] as const) {
    const left = await Array.fromAsync(stage.objects.list(stage.names.bucket(bucket), `${prefix}/${tag}/`));
    expectThat(left.length === 0, `the failed data set has left ${left.length} objects in ${bucket}`);
  }
};

/** Objects of the ledger below a prefix. */
const inLedger = (on: StageUnderRoles, prefix: string) =>
  Array.fromAsync(on.stage.objects.list(on.stage.names.bucket('ledger'), prefix));

/** The same flow, of which Lambda gives nothing up: what fails where nobody waits for it is seen too. */
const soundly =
  (flow: Flow): Flow =>
  async (on, tag) => {
    const before = (await inLedger(on, ledgerKeys.failures())).length;
    await flow(on, tag);
    const givenUp = (await inLedger(on, ledgerKeys.failures())).length - before;
    expectThat(givenUp === 0, `Lambda has given up ${givenUp} events or batches`);
  };

const putDepartures = (on: StageUnderRoles, events: readonly { readonly key: string; readonly data: string }[]) => {
  const { endpoint, region } = on.stage.engine;
  const kinesis = new KinesisClient({ endpoint, region, credentials: engineCredentials });
  return kinesis.send(
    new PutRecordsCommand({
      StreamName: on.stage.names.streamName({ name: 'departures' }),
      Records: events.map(({ key, data }) => ({ PartitionKey: key, Data: Buffer.from(data) })),
    }),
  );
};

const departure = (on: StageUnderRoles, tag: string, airport: string) => ({
  key: airport,
  data: JSON.stringify({
    id: `${tag}-${airport}`,
    airport,
    destination: 'JFK',
    scheduled: seconds(on.stage.instance.clock.nowMs() - 60_000),
    delay: 7,
  }),
});

/** Departures into windows and records, and one that cannot be read into quarantine. */
export const stream: Flow = async (on, tag) => {
  const { api, token } = on.stage.engine;
  const quarantined = async () => (await inLedger(on, 'quarantine/')).filter(({ key }) => key.includes('/streams/')).length;
  const before = await quarantined();
  await putDepartures(on, [departure(on, tag, 'ATL'), departure(on, tag, tag), { key: 'ATL', data: 'no JSON' }]);
  await settle(on);
  expectThat((await quarantined()) > before, 'what cannot be read is not in quarantine');
  const answer = await fetch(`${api}/features/route-now?origin=${tag}&destination=JFK`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await answer.text();
  expectThat(text.includes('"last_delay":{"value":7,'), `the departure is not served: ${text}`);
};

/** What Lambda gives up of a bucket's events, of a schedule and of a log lies in the ledger. */
export const failedEvents: Flow = async (on, tag) => {
  const { stage } = on;
  const arn = `${stage.names.machineArn('ingest')}-gone`;
  const kept = (name: FunctionName) => inLedger(on, `${ledgerKeys.asyncFailures()}${stage.names.functionName(name)}/`);
  const before = (await kept('object-uploaded')).length;
  await whileBroken(on, 'object-uploaded', { INGEST_MACHINE_ARN: arn }, async () => {
    await upload(stage, writeInput(`${tag}-failed`, 'x'), `route-days/${tag}-failed.csv`);
    await settle(on);
  });
  for (const name of ['reconcile', 'measure-ingest'] as const) {
    const earlier = (await kept(name)).length;
    const gone = { RAW_BUCKET: GONE };
    const functions = stage.deployment.functions.map((fn) =>
      fn.name === stage.names.functionName(name) ? { ...fn, environment: { ...fn.environment, ...gone } } : fn,
    );
    await fire(on, name, { functions });
    await on.redeploy({});
    expectThat((await kept(name)).length > earlier, `the failed firing of ${name} is not kept`);
  }
  expectThat((await kept('object-uploaded')).length > before, 'the failed event is not kept');
  const audits = (await kept('audit-logged')).length;
  await whileBroken(on, 'audit-logged', { AUDIT_LOG_GROUP: GONE }, () => readOnce(on));
  expectThat((await kept('audit-logged')).length > audits, 'the failed audit lines are not kept');
};

/** A batch that a stream's function goes on failing with is given up in the end, and kept. */
export const failedBatch: Flow = async (on, tag) => {
  const before = await inLedger(on, ledgerKeys.failures());
  await whileBroken(on, 'stream-received', { LEDGER_BUCKET: GONE }, async () => {
    await putDepartures(on, [departure(on, tag, 'ATL')]);
    await settle(on);
  });
  expectThat((await inLedger(on, ledgerKeys.failures())).length > before.length, 'the batch that was given up is not kept');
};

/** Everything recorded so far is in the history. */
async function recordHistory(on: StageUnderRoles, tag: string): Promise<void> {
  await history(on, tag);
  await putDepartures(on, [departure(on, tag, 'ATL'), departure(on, `${tag}-2`, 'JFK')]);
  await settle(on);
  await on.stage.instance.drainOffline();
}

/** A rebuild waits until the history has settled, by a function's own clock, which the engine's is behind. */
function catchUp({ stage }: StageUnderRoles): void {
  const { clock } = stage.instance;
  clock.advance(Math.max(0, Date.now() - clock.nowMs()));
}

const runtimeOf = ({ stage }: StageUnderRoles) =>
  new SageMakerFeatureStoreRuntimeClient({
    endpoint: stage.engine.endpoint,
    region: stage.engine.region,
    credentials: engineCredentials,
  });

/** A snapshot, and back: what is newer online stays, and goes where the snapshot is to be taken exactly. */
export const snapshot: Flow = async (on, tag) => {
  catchUp(on);
  await recordHistory(on, tag);
  await runWell(on, 'snapshot', `${tag}-snapshot`, {});
  await runWell(on, 'restore', `${tag}-restore`, { snapshot: `${tag}-snapshot` });
  const later = `${seconds(Date.now())}`;
  await runtimeOf(on).send(
    new PutRecordCommand({
      FeatureGroupName: `${on.stage.stage}-route-days-v1`,
      Record: [
        { FeatureName: 'entity_key', ValueAsString: `${tag}|JFK` },
        { FeatureName: 'origin', ValueAsString: tag },
        { FeatureName: 'destination', ValueAsString: 'JFK' },
        { FeatureName: 'event_time', ValueAsString: later },
      ],
      TargetStores: ['OnlineStore'],
    }),
  );
  await runWell(on, 'restore', `${tag}-exact`, { snapshot: `${tag}-snapshot`, exact: true });
};

export const scheduledSnapshot: Flow = async (on, tag) => {
  const manifests = () => inLedger(on, 'snapshots/');
  const before = (await manifests()).length;
  await fireMachine(on, 'snapshot', 'snapshot');
  expectThat((await manifests()).length > before, 'the scheduled snapshot has left no manifest');
  // Fired twice for one time, as at least once allows.
  const scheduledTime = seconds(on.stage.instance.clock.nowMs() - 1_000);
  await runWell(on, 'snapshot', `${tag}-first`, { scheduledTime });
  await runWell(on, 'snapshot', `${tag}-second`, { scheduledTime });
};

/** A restore of what was never taken says so. */
export const unknownSnapshot: Flow = async (on, tag) => {
  const outcome = await run(on, 'restore', tag, { snapshot: `${tag}-never-taken` });
  expectThat(outcome.includes('SNAPSHOT_UNKNOWN'), outcome);
};

/** How far ingest is behind, measured every few minutes. */
export const measure: Flow = async (on) => {
  await fire(on, 'measure-ingest');
};

/** A snapshot that fails late leaves no files behind. */
export const failedSnapshot: Flow = async (on, tag) => {
  await recordHistory(on, tag);
  const outcome = await whileBroken(on, 'publish-snapshot', { LEDGER_BUCKET: GONE }, () => run(on, 'snapshot', tag, {}));
  expectThat(outcome.startsWith('snapshot FAILED'), outcome);
  const left = await Array.fromAsync(on.stage.objects.list(on.stage.names.bucket('datasets'), `snapshots/${tag}/`));
  expectThat(left.length === 0, `the failed snapshot has left ${left.length} objects`);
};

/** Files that nobody told of, read again: only what the history lacks is written. */
export const backfill: Flow = async (on, tag) => {
  const { stage } = on;
  const { buckets } = stage.deployment;
  const day = Math.floor(stage.instance.clock.nowMs() / DAY_MS) * DAY_MS - DAY_MS;
  const path = writeInput(`${tag}-late`, routeLines(day, [`${tag},JFK,DAY,9,4.5,0.25,760`, `${tag},LAX,DAY,9,NaN,0.25,760`]));
  await on.redeploy({ buckets: buckets.map((bucket) => ({ ...bucket, notifications: [] })) });
  await upload(stage, path, `route-days/${tag}-late.csv`);
  await on.redeploy({});
  const range = { from: seconds(day - DAY_MS), to: seconds(day + DAY_MS) };
  await runWell(on, 'backfill', `${tag}-backfill`, { group: 'route-days', ...range });
  await stage.instance.drainOffline();
  await fireMachine(on, 'backfill', 'backfill');
};

/** Window states made again from the history, and what was given up taken up again. */
export const rebuild: Flow = async (on, tag) => {
  catchUp(on);
  await recordHistory(on, tag);
  const request = { stream: 'departures', offlineDelayMs: 60_000 };
  await runWell(on, 'rebuild-windows', `${tag}-rebuild`, { ...request, mode: 'rebuild' });
  await failedBatch(on, `${tag}-given-up`);
  await runWell(on, 'rebuild-windows', `${tag}-redrive`, { ...request, mode: 'redrive' });
};

/** The online store held against the history, with a record in it that the history does not have. */
export const monitor: Flow = async (on, tag) => {
  await recordHistory(on, tag);
  await runtimeOf(on).send(
    new PutRecordCommand({
      FeatureGroupName: `${on.stage.stage}-route-days-v1`,
      Record: [
        { FeatureName: 'entity_key', ValueAsString: `${tag}-odd|JFK` },
        { FeatureName: 'origin', ValueAsString: `${tag}-odd` },
        { FeatureName: 'destination', ValueAsString: 'JFK' },
        { FeatureName: 'event_time', ValueAsString: seconds(on.stage.instance.clock.nowMs() - DAY_MS) },
      ],
      TargetStores: ['OnlineStore'],
    }),
  );
  await runWell(on, 'monitor', `${tag}-full`, { scope: 'full', offlineDelaySeconds: 60 });
  await runWell(on, 'monitor', `${tag}-recent`, { scope: 'recent', offlineDelaySeconds: 60 });
  const reports = () => inLedger(on, 'monitor/');
  for (const name of ['monitor', 'monitor-full']) {
    const before = (await reports()).length;
    await fireMachine(on, name, 'monitor');
    expectThat((await reports()).length > before, `the schedule ${name} has left no report`);
  }
};

/** In an order in which the later find what the earlier left; what moves the engine's time to the machine's comes last. */
export const flows: Readonly<Record<string, Flow>> = {
  ingest: soundly(ingest),
  history: soundly(history),
  vanished: soundly(vanished),
  serve: soundly(serve),
  audit: soundly(audit),
  dataset: soundly(dataset),
  failedDataset: soundly(failedDataset),
  stream: soundly(stream),
  failedBatch,
  failedEvents,
  reconcile: soundly(reconcile),
  backfill: soundly(backfill),
  monitor: soundly(monitor),
  scheduledSnapshot: soundly(scheduledSnapshot),
  unknownSnapshot: soundly(unknownSnapshot),
  measure: soundly(measure),
  failedSnapshot: soundly(failedSnapshot),
  snapshot: soundly(snapshot),
  rebuild,
};
