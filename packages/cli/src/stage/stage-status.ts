/** What `tidemark status` knows: from the ledger, the raw bucket, one query over the histories, and Step Functions. */
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import type { Definitions } from '@tidemark/domain';
import { type Alarm, groupAlarms, isInAlarm } from '@tidemark/functions/alarms';
import { type MachineName, topology } from '@tidemark/functions/topology';
import {
  type Catalogue,
  type ComparedGroup,
  createCatalogueReader,
  type FailedGroup,
  ingestMetrics,
  listSnapshots,
  loadReports,
  type MeasuredGroup,
  measureIngest,
  metricsOf,
} from '@tidemark/pipeline';
import type { ConnectedStage } from './connect.ts';
import { runQuery } from './run-query.ts';
import { waiting } from './waiting.ts';

export interface GroupStatus {
  readonly group: string;
  readonly groupName: string;
  readonly offlineRows: number | undefined;
  readonly ingest: MeasuredGroup | undefined;
  /** Of the last run that looked at the group. */
  readonly comparison: ComparedGroup | FailedGroup | undefined;
  readonly comparedAt: string | undefined;
}

export interface StageStatus {
  readonly stage: string;
  readonly at: string;
  readonly groups: readonly GroupStatus[];
  readonly running: readonly { readonly machine: MachineName; readonly name: string; readonly startedAt: string }[];
  /** In the last 24 hours. */
  readonly failed: readonly { readonly machine: MachineName; readonly executions: number }[];
  readonly snapshot: { readonly id: string; readonly asOf: string; readonly rows: number } | undefined;
  readonly alarms: readonly (Pick<Alarm, 'name' | 'metric' | 'threshold' | 'description'> & { readonly value: number })[];
}

const DAY_MS = 86_400_000;
const REPORT_DAYS = 8;
const SNAPSHOT_DAYS = 35;

export async function stageStatus(stage: ConnectedStage, definitions: Definitions): Promise<StageStatus> {
  const { objects } = stage;
  const ledger = stage.names.bucket('ledger');
  const nowMs = waiting.nowMs();
  const catalogue = createCatalogueReader(objects, ledger, waiting.nowMs);
  const entries = await catalogue();
  const rawBucket = stage.names.bucket('raw');
  const [rows, ingests, reports, snapshots, executions] = await Promise.all([
    countHistories(stage, entries),
    measureIngest({ definitions, objects, catalogue, rawBucket, ledger, nowMs: waiting.nowMs }),
    loadReports(objects, ledger, { nowMs, days: REPORT_DAYS }),
    listSnapshots(objects, ledger, { nowMs, days: SNAPSHOT_DAYS }),
    executionsOf(stage, nowMs),
  ]);
  const groups = Object.entries(entries.groups).map(([group, { groupName }]): GroupStatus => {
    const report = reports.find((one) => one.groups.some((other) => other.group === group));
    return {
      group,
      groupName,
      offlineRows: rows.get(group),
      ingest: ingests.find((one) => one.group === group),
      comparison: report?.groups.find((one) => one.group === group),
      comparedAt: report?.finishedAt,
    };
  });
  const [snapshot] = snapshots;
  return {
    stage: stage.stage,
    at: new Date(nowMs).toISOString(),
    groups,
    ...executions,
    snapshot: snapshot === undefined ? undefined : { id: snapshot.id, asOf: snapshot.asOf, rows: snapshot.rows },
    alarms: groups.flatMap((group) => alarmsOfGroup(stage.stage, definitions, group)),
  };
}

/** The group's alarms held against what was measured last. What only CloudWatch knows is left to CloudWatch. */
function alarmsOfGroup(stageName: string, definitions: Definitions, status: GroupStatus): StageStatus['alarms'] {
  const measured: Readonly<Record<string, number | undefined>> = {
    ...(status.ingest === undefined ? {} : ingestMetrics(status.ingest)),
    ...(status.comparison?.outcome === 'compared' ? metricsOf(status.comparison) : {}),
  };
  return groupAlarms(stageName, definitions)
    .filter(({ dimensions }) => dimensions.FeatureGroup === status.groupName)
    .flatMap((alarm) => {
      const value = measured[alarm.metric];
      if (value === undefined || !isInAlarm(alarm, value)) return [];
      const { name, metric, threshold, description } = alarm;
      return [{ name, metric, threshold, description, value }];
    });
}

async function countHistories(stage: ConnectedStage, { groups }: Catalogue): Promise<ReadonlyMap<string, number>> {
  const counts = Object.entries(groups).flatMap(([group, { offline }]) =>
    offline === undefined
      ? []
      : [`SELECT '${group}' AS name, count(*) AS rows_found FROM "${offline.database}"."${offline.table}"`],
  );
  if (counts.length === 0) return new Map();
  const found = await runQuery(stage, counts.join('\nUNION ALL\n'));
  return new Map(found.map(([group, rows]) => [group as string, Number(rows)]));
}

async function executionsOf(stage: ConnectedStage, nowMs: number): Promise<Pick<StageStatus, 'running' | 'failed'>> {
  const machines = Object.keys(topology.machines) as MachineName[];
  const list = async (machine: MachineName, statusFilter: 'RUNNING' | 'FAILED') => {
    const stateMachineArn = stage.names.machineArn(machine);
    const { executions = [] } = await stage.sfn.send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter, maxResults: 100 }),
    );
    return executions.map(({ name = '', startDate, stopDate }) => ({ machine, name, startDate, stopDate }));
  };
  const running = (await Promise.all(machines.map((machine) => list(machine, 'RUNNING')))).flat();
  const failed = await Promise.all(
    machines.map(async (machine) => {
      const recent = (await list(machine, 'FAILED')).filter(({ stopDate }) => (stopDate?.getTime() ?? 0) > nowMs - DAY_MS);
      return { machine, executions: recent.length };
    }),
  );
  return {
    running: running.map(({ machine, name, startDate }) => ({ machine, name, startedAt: startDate?.toISOString() ?? '' })),
    failed: failed.filter(({ executions }) => executions > 0),
  };
}
