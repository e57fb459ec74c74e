/**
 * Counts what the pipeline calls, by running it on the engine under the roles of its stacks, where every call is judged and
 * so can be counted: `node scripts/bootstrap.mjs test/costs/count-calls.ts > scripts/costs/counts.json`.
 *
 * Reads of the catalogue are left out: a warm function reads it once a minute, whatever the work. So are the files that
 * Feature Store writes, whose number depends on how data come.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AthenaClient, BatchGetQueryExecutionCommand, ListQueryExecutionsCommand } from '@aws-sdk/client-athena';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { DescribeExecutionCommand, GetExecutionHistoryCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { upload } from '@tidemark/cli/upload';
import { type AccessEntry, engineCredentials } from '@tidemark/engine';
import { type FunctionName, type MachineName, SCHEDULED_TIME, topology } from '@tidemark/functions/topology';
import type { AllCounts, Counts } from '../../scripts/costs/compute-costs.ts';
import { removeDir, temporaryDir } from '../e2e/harness.ts';
import { type StageUnderRoles, startUnderRoles } from '../iam/stage-under-roles.ts';

const ROWS = 20_000;
const EVENTS = 4_000;
const READS = 50;
const LABELS = 5_000;
const AIRPORTS = 100;

const files = mkdtempSync(join(tmpdir(), 'tidemark-costs-'));
const airport = (index: number) => String.fromCharCode(65 + (Math.floor(index / 26) % 26), 65 + (index % 26), 88);
const second = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const DAY_MS = 86_400_000;

function write(name: string, lines: readonly string[]): string {
  const path = join(files, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

interface Tally {
  readonly invocations: Partial<Record<FunctionName, number>>;
  s3Writes: number;
  s3Reads: number;
  s3KeyUses: number;
}

const freshTally = (): Tally => ({ invocations: {}, s3Writes: 0, s3Reads: 0, s3KeyUses: 0 });

/** One judged request is one call, but for those that S3 itself makes of the same call. */
function count(tally: Tally, { role, call, request: { action, resource } }: AccessEntry): void {
  if (call === 'sagemaker.offline-store') return;
  if (call === 'lambda.start') {
    const name = role.slice('tidemark-dev-'.length) as FunctionName;
    // How many lines come together is the log service's to say: the page assumes one.
    if (topology.logSubscriptions.some((one) => one.function === name)) return;
    tally.invocations[name] = (tally.invocations[name] ?? 0) + 1;
  } else if (call.startsWith('s3.') && action === 's3:ListBucket' && !call.startsWith('s3.List')) {
    // Whether a missing object may be told missing: part of the same call.
  } else if (resource.endsWith('/catalogue.json')) {
    // Once a minute and instance.
  } else if (/^s3:(PutObject|List)/.test(action)) tally.s3Writes += 1;
  else if (/^s3:GetObject/.test(action)) tally.s3Reads += 1;
  else if (action.startsWith('kms:') && !/^(kinesis|featurestore-runtime|lambda)/.test(call)) tally.s3KeyUses += 1;
}

async function transitionsOf({ stage }: StageUnderRoles, machine: MachineName, name: string, children: number): Promise<number> {
  const executionArn = `${stage.names.machineArn(machine).replace(':stateMachine:', ':execution:')}:${name}`;
  const { status, cause } = await stage.sfn.send(new DescribeExecutionCommand({ executionArn }));
  if (status !== 'SUCCEEDED') throw new Error(`${machine} ended as ${status}: ${cause}`);
  const { events = [] } = await stage.sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }));
  // A child of a distributed Map is an execution of one state; its start counts as well.
  return events.filter(({ type }) => type?.endsWith('StateEntered')).length + 2 * children;
}

/** Queries that an execution has started. */
async function queriesOf({ stage }: StageUnderRoles, name: string): Promise<number> {
  const machine = name.includes('monitor') ? 'monitor' : (name.slice(`${stage.stage}-`.length) as MachineName);
  const executionArn = `${stage.names.machineArn(machine).replace(':stateMachine:', ':execution:')}:${name}`;
  const { events = [] } = await stage.sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }));
  return events.filter(({ taskSubmittedEventDetails }) => taskSubmittedEventDetails?.resourceType === 'athena').length;
}

async function scannedBytes({ stage }: StageUnderRoles): Promise<number> {
  const { endpoint, region } = stage.engine;
  const athena = new AthenaClient({ endpoint, region, credentials: engineCredentials });
  const { QueryExecutionIds } = await athena.send(new ListQueryExecutionsCommand({}));
  const { QueryExecutions = [] } = await athena.send(new BatchGetQueryExecutionCommand({ QueryExecutionIds }));
  return QueryExecutions.reduce((sum, { Statistics }) => sum + (Statistics?.DataScannedInBytes ?? 0), 0);
}

export async function countCalls(): Promise<AllCounts> {
  let tally = freshTally();
  const data = temporaryDir();
  const on = await startUnderRoles({ data, onAccess: (entry) => count(tally, entry) });
  const { stage } = on;
  const measured = async (work: () => Promise<Omit<Counts, keyof Tally>>): Promise<Counts> => {
    tally = freshTally();
    const counted = tally;
    const rest = await work();
    tally = freshTally();
    const sorted = Object.fromEntries(Object.entries(counted.invocations).sort(([a], [b]) => (a < b ? -1 : 1)));
    return { ...rest, ...counted, invocations: sorted };
  };
  const settle = () => on.fast(stage.instance.idle());
  const nothing = { transitions: 0, recordsWritten: 0, recordsRead: 0, scannedBytes: 0, queries: 0 };
  const startMs = stage.instance.clock.nowMs() - 2 * DAY_MS;
  try {
    const schedules: Record<string, Counts> = {};
    for (const { name, target, input } of on.schedules) {
      if (!('stateMachine' in target)) continue;
      schedules[name.slice(`${stage.stage}-`.length)] = await measured(async () => {
        const machine = target.stateMachine.slice(`${stage.stage}-`.length) as MachineName;
        const text = JSON.stringify(input).replace(SCHEDULED_TIME, second(stage.instance.clock.nowMs()));
        await stage.sfn.send(new StartExecutionCommand({ stateMachineArn: stage.names.machineArn(machine), name, input: text }));
        await settle();
        return {
          ...nothing,
          units: 1,
          transitions: await transitionsOf(on, machine, name, 0),
          queries: await queriesOf(on, name),
        };
      });
    }
    const rows = await measured(async () => {
      const lines = Array.from({ length: ROWS }, (_, row) => {
        const [from, to] = [airport(row % AIRPORTS), airport((row % AIRPORTS) + 1)];
        return `${from},${to},${second(startMs + Math.floor(row / AIRPORTS) * 60_000)},${row % 40},1.5,0.25,700`;
      });
      const header = 'origin,destination,day_end,flights,mean_delay,share_late,distance';
      const { ingestId } = await upload(stage, write('rows.csv', [header, ...lines]), 'route-days/counted.csv');
      await settle();
      const chunks = tally.invocations['ingest-chunk'] ?? 0;
      return { ...nothing, units: ROWS, recordsWritten: ROWS, transitions: await transitionsOf(on, 'ingest', ingestId, chunks) };
    });
    const events = await measured(async () => {
      const { endpoint, region } = stage.engine;
      const kinesis = new KinesisClient({ endpoint, region, credentials: engineCredentials });
      const { eventSourceMappings = [] } = stage.deployment;
      // However long they wait for the mapping to be enabled.
      const patient = eventSourceMappings.map((mapping) => ({ ...mapping, maximumRecordAgeMs: -1 }));
      await on.redeploy({ eventSourceMappings: patient.map((mapping) => ({ ...mapping, enabled: false })) });
      const scheduled = second(stage.instance.clock.nowMs() - 60_000);
      for (let from = 0; from < EVENTS; from += 500) {
        const Records = Array.from({ length: 500 }, (_, index) => {
          const [id, key] = [`e${from + index}`, airport((from + index) % AIRPORTS)];
          const data = { id, airport: key, destination: airport((from + index + 1) % AIRPORTS), scheduled, delay: 5 };
          return { PartitionKey: key, Data: Buffer.from(JSON.stringify(data)) };
        });
        const StreamName = stage.names.streamName({ name: 'departures' });
        const { FailedRecordCount } = await kinesis.send(new PutRecordsCommand({ StreamName, Records }));
        if (FailedRecordCount !== 0) throw new Error(`${FailedRecordCount} events were throttled`);
        // A shard takes a thousand records a second.
        stage.instance.clock.advance(1_000);
      }
      await on.redeploy({ eventSourceMappings: patient });
      await settle();
      const batches = tally.invocations['stream-received'] ?? 0;
      // An event is a row of the history and, at most, a record of its route; the window states are one an airport and batch.
      const states = batches * Math.min(AIRPORTS, EVENTS / Math.max(1, batches));
      return { ...nothing, units: EVENTS, recordsWritten: 2 * EVENTS + states, recordsRead: states };
    });
    const reads = await measured(async () => {
      for (let index = 0; index < READS; index += 1) {
        const query = `origin=${airport(index)}&destination=${airport(index + 1)}`;
        const { api, token } = stage.engine;
        const answer = await fetch(`${api}/features/departure-delay?${query}`, { headers: { authorization: `Bearer ${token}` } });
        if (answer.status !== 200) throw new Error(`${query}: ${answer.status}`);
        await answer.text();
      }
      // Two airports in two groups, and the route.
      return { ...nothing, units: READS, recordsRead: 5 * READS };
    });
    const labels = await measured(async () => {
      await stage.instance.drainOffline();
      const scannedBefore = await scannedBytes(on);
      tally.s3Writes = 0;
      tally.s3KeyUses = 0;
      const lines = Array.from({ length: LABELS }, (_, label) =>
        [airport(label % AIRPORTS), airport((label % AIRPORTS) + 1), second(startMs + DAY_MS + label * 1_000)].join(','),
      );
      const path = write('labels.csv', ['origin,destination,label_time', ...lines]);
      const { key } = await upload(stage, path, 'labels/counted.csv', stage.names.bucket('work'));
      await stage.executions.start('build-dataset', 'counted', {
        view: 'departure-delay',
        labels: `s3://${stage.names.bucket('work')}/${key}`,
        labelTime: 'label_time',
        keys: {},
        boundary: 'before',
        knowledge: 'event-time',
      });
      await settle();
      const transitions = await transitionsOf(on, 'build-dataset', 'counted', tally.invocations['finish-dataset'] ?? 0);
      return { ...nothing, units: LABELS, transitions, queries: 1, scannedBytes: (await scannedBytes(on)) - scannedBefore };
    });
    return { rows, events, reads, labels, schedules };
  } finally {
    await on.stop();
    removeDir(data);
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await countCalls(), undefined, 2)}\n`);
