/** A small feature store and a question to it: what a point-in-time property is about, in no dialect and no unit. */
import { NS_PER, type Precision, parseIsoNs } from '@tidemark/domain';
import { JOIN_STATE, type PlanColumn, type PlanJoin, type PointInTimePlan, partitionOf, readRange } from '@tidemark/sql';
import { answerPointInTime, type HistoryRow, type StoredValue } from '../oracle/point-in-time.ts';

export interface ScenarioJoin {
  readonly keyColumn: string;
  readonly partitioned: boolean;
  readonly maxAgeNs: bigint | undefined;
  readonly wholeSecondArrival: boolean;
  readonly columns: readonly PlanColumn[];
  /** Every feature of the table, selected or not. */
  readonly features: Readonly<Record<string, PlanColumn['type']>>;
  readonly history: readonly HistoryRow[];
}

export interface ScenarioLabel {
  readonly row: bigint;
  readonly timeNs: bigint;
  /** Key column → canonical entity key. */
  readonly keys: Readonly<Record<string, string | null>>;
}

export interface Scenario {
  readonly unit: Exclude<Precision, 's'>;
  readonly boundary: PointInTimePlan['boundary'];
  readonly knowledge: PointInTimePlan['knowledge'];
  readonly keyColumns: readonly string[];
  readonly labels: readonly ScenarioLabel[];
  readonly joins: readonly ScenarioJoin[];
}

export type ResultRow = Readonly<Record<string, StoredValue | boolean>>;

export const aliasOf = (at: number): string => `j${at}`;

/** The plan for the tables `labels`, `j0`, `j1` … of a database. */
export function planOf(scenario: Scenario, database: string): PointInTimePlan {
  const perUnit = NS_PER[scenario.unit];
  const times = scenario.labels.map((label) => label.timeNs / perUnit).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const [earliest = 0n, latest = 0n] = [times[0], times.at(-1)];
  return {
    unit: scenario.unit,
    boundary: scenario.boundary,
    knowledge: scenario.knowledge,
    labels: { table: { database, name: 'labels' }, earliest, latest },
    joins: scenario.joins.map((join, at) => ({
      alias: aliasOf(at),
      keyColumn: join.keyColumn,
      table: { database, name: aliasOf(at) },
      partitioned: join.partitioned,
      maxAge: join.maxAgeNs === undefined ? undefined : join.maxAgeNs / perUnit,
      wholeSecondArrival: join.wholeSecondArrival,
      columns: join.columns,
    })),
  };
}

/** What the plan must answer, by the oracle: a row per label, in the order of `label_row`. */
export function expectedRows(scenario: Scenario): ResultRow[] {
  const plan = planOf(scenario, 'any');
  const histories = scenario.joins.map((join, at) => readableByKey(plan, plan.joins[at] as PlanJoin, join.history));
  const labels = [...scenario.labels].sort((a, b) => (a.row < b.row ? -1 : 1));
  return labels.map((label) => {
    const row: Record<string, StoredValue | boolean> = { label_row: label.row };
    for (const [at, join] of scenario.joins.entries()) {
      const key = label.keys[join.keyColumn] ?? null;
      const answer = answerPointInTime({ key, timeNs: label.timeNs }, histories[at]?.get(key) ?? [], {
        ...scenario,
        ...join,
        select: [...new Set(join.columns.map((one) => one.feature))],
      });
      for (const one of join.columns) row[one.output] = answer.values[one.feature] ?? null;
      row[`${aliasOf(at)}_time`] = answer.timeNs === null ? null : answer.timeNs / NS_PER[scenario.unit];
      row[`${aliasOf(at)}_state`] = JOIN_STATE[answer.state];
      row[`${aliasOf(at)}_tie`] = answer.tie;
    }
    return row;
  });
}

/** The rows that the plan says it reads, by key, so that a large scenario takes the oracle's loops to one key at a time. */
function readableByKey(plan: PointInTimePlan, join: PlanJoin, history: readonly HistoryRow[]): Map<string | null, HistoryRow[]> {
  const { fromSecond } = readRange(plan, join);
  const readable = history.filter((row) => {
    const eventNs = row.eventTime === null ? undefined : parseIsoNs(row.eventTime);
    return fromSecond === undefined || eventNs === undefined || eventNs >= fromSecond * NS_PER.s;
  });
  return Map.groupBy(readable, (row) => row.key);
}

/** The partition that the store writes a row to: the hour of its event time. */
export function partitionOfRow(row: HistoryRow): ReturnType<typeof partitionOf> {
  const eventNs = row.eventTime === null ? undefined : parseIsoNs(row.eventTime);
  return partitionOf((eventNs ?? 0n) / NS_PER.s);
}
