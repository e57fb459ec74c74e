import { EVENT_COLUMNS, type EventField, type PlannedAggregate, type PlannedSpan, type WindowSettings } from '@tidemark/domain';
import type { ColumnType, PointInTimePlan } from '../point-in-time/plan.ts';
import { perSecond } from '../point-in-time/read-range.ts';
import type { TableName } from '../tree.ts';

/** The windows of one group as columns of a point-in-time plan, evaluated at every label's time from the history of events. */
export interface PlanWindows {
  /** w0, w1 …: begins every name that the windows add to the query. */
  readonly alias: string;
  /** Column of the labels table. A label whose key is NULL has nothing. */
  readonly keyColumn: string;
  /**
   * The event group: `event_entity` and `event_id` varchar, `event_time` varchar (ISO-8601 UTC), `event_arrived_at` bigint, the
   * fields, `is_deleted` boolean. Rows without entity, id or event time are left out; a row that is stored twice counts once.
   */
  readonly table: TableName;
  /** Whether the table shows the partition columns year, month, day and hour (varchar, UTC, of the event time). */
  readonly partitioned: boolean;
  readonly windowed: WindowSettings;
  /** Which of the group's windows under which name. */
  readonly columns: readonly { readonly output: string; readonly feature: string }[];
}

export const { id: EVENT_ID, entity: EVENT_ENTITY, arrived: EVENT_ARRIVED } = EVENT_COLUMNS;

/** A span in the plan's unit. */
export interface UnitSpan {
  readonly step: bigint;
  readonly stepSeconds: bigint;
  /** How many steps it is long. */
  readonly steps: bigint;
}

export function inUnits(plan: Pick<PointInTimePlan, 'unit'>, { lengthMs, stepMs }: PlannedSpan): UnitSpan {
  const stepSeconds = BigInt(stepMs / 1_000);
  return { stepSeconds, step: stepSeconds * perSecond(plan.unit), steps: BigInt(lengthMs / stepMs) };
}

/** The aggregates that are asked for, each once. */
export function selectedAggregates({ windowed, columns }: PlanWindows): PlannedAggregate[] {
  const names = new Set(columns.map((one) => one.feature));
  return windowed.layout.aggregates.filter((one) => names.has(one.name));
}

/** The fields that they read, in the order of the group. */
export function selectedFields(windows: PlanWindows): (readonly [name: string, field: EventField])[] {
  const names = new Set(selectedAggregates(windows).map((one) => one.field));
  return Object.entries(windows.windowed.fields).filter(([name]) => names.has(name));
}

export const columnTypeOf = ({ kind }: EventField): ColumnType =>
  kind === 'text' ? 'varchar' : kind === 'number' ? 'double' : 'bigint';

export function differentSpans(some: readonly (PlannedSpan | undefined)[]): PlannedSpan[] {
  const spans = some.filter((span) => span !== undefined);
  return spans.filter((one, at) => spans.findIndex((other) => sameSpan(one, other)) === at);
}

export const sameSpan = (one: PlannedSpan | undefined, other: PlannedSpan | undefined): boolean =>
  one?.lengthMs === other?.lengthMs && one?.stepMs === other?.stepMs;
