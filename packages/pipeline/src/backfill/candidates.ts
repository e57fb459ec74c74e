/** Records of a group as columns beside its history, and back: what Athena compares is what was, and what will be, written. */
import {
  ENTITY_KEY_FEATURE,
  EVENT_TIME_FEATURE,
  type FeatureRecord,
  type FeatureType,
  type Group,
  NS_PER,
  type Precision,
  parseEntityKey,
  parseIsoNs,
  type ScalarKind,
  TidemarkError,
} from '@tidemark/domain';
import type { ColumnData } from '../files/parquet-write.ts';
import type { TableColumn } from '../ports/tables.ts';

const PARQUET = { String: 'STRING', Integral: 'INT64', Fractional: 'DOUBLE' } as const;
const HIVE = { String: 'string', Integral: 'bigint', Fractional: 'double' } as const;
const SQL = { String: 'varchar', Integral: 'bigint', Fractional: 'double' } as const;

/** The unit of a comparison: whole seconds have no digits for SQL to read. */
export const comparisonUnit = ({ precision }: Group): Precision => (precision === 's' ? 'ms' : precision);

const featuresOf = (group: Group): [name: string, type: FeatureType][] => Object.entries(group.features);
export const comparedColumns = (group: Group) => featuresOf(group).map(([feature, { kind }]) => ({ feature, type: SQL[kind] }));

export const candidateTableColumns = (group: Group): TableColumn[] => [
  { name: 'entity_key', type: 'string' },
  { name: 'event_time', type: 'string' },
  { name: 't', type: 'bigint' },
  { name: 'ordinal', type: 'bigint' },
  ...featuresOf(group).map(([, { kind }], at) => ({ name: `f${at + 1}`, type: HIVE[kind] })),
];

export interface Candidate {
  readonly record: FeatureRecord;
  /** Later rows have greater ones. */
  readonly ordinal: bigint;
}

/** Rows of a file are numbered within it, files in the order of their arrival. */
export const ordinalOf = (file: number, row: number): bigint => (BigInt(file) << 32n) + BigInt(row);

export function candidateColumns(group: Group, candidates: readonly Candidate[]): ColumnData[] {
  const perUnit = NS_PER[comparisonUnit(group)];
  const records = candidates.map(({ record }) => new Map(record.values));
  return [
    { name: 'entity_key', type: 'STRING', data: candidates.map(({ record }) => record.entityKey) },
    { name: 'event_time', type: 'STRING', data: candidates.map(({ record }) => record.eventTime) },
    { name: 't', type: 'INT64', data: candidates.map(({ record }) => record.eventTimeNs / perUnit) },
    { name: 'ordinal', type: 'INT64', data: candidates.map(({ ordinal }) => ordinal) },
    ...featuresOf(group).map(
      ([name, { kind }], at): ColumnData => ({
        name: `f${at + 1}`,
        type: PARQUET[kind],
        data: records.map((values) => cellOf(kind, values.get(name) as string | undefined)),
      }),
    ),
  ];
}

/** From the text that goes over the wire, so that what is compared is what the store makes of it: −0 is 0 there. */
function cellOf(kind: ScalarKind, wire: string | undefined): unknown {
  if (wire === undefined) return null;
  if (kind === 'Integral') return BigInt(wire);
  return kind === 'Fractional' ? Number(wire) : wire;
}

/** One row of the comparison's answer → the record to write. @throws INTERNAL for what no candidate was */
export function recordOfAnswer(
  group: Group,
  { entityKey, eventTime, cells }: { entityKey: unknown; eventTime: unknown; cells: readonly unknown[] },
): FeatureRecord {
  const key = typeof entityKey === 'string' ? parseEntityKey(entityKey) : undefined;
  const eventTimeNs = typeof eventTime === 'string' ? parseIsoNs(eventTime) : undefined;
  if (key === undefined || eventTimeNs === undefined)
    throw new TidemarkError('INTERNAL', `the comparison of ${group.name} answered a row without key or event time`);
  const parts = Object.keys(group.entity.key).map((part, at): [string, string] => [part, String(key[at])]);
  const values = featuresOf(group).flatMap(([name], at): [string, string][] =>
    cells[at] === null || cells[at] === undefined ? [] : [[name, String(cells[at])]],
  );
  return {
    entityKey: entityKey as string,
    eventTime: eventTime as string,
    eventTimeNs,
    values: [[ENTITY_KEY_FEATURE, entityKey as string], ...parts, [EVENT_TIME_FEATURE, eventTime as string], ...values],
  };
}

/** The least and the greatest of some times. */
export function boundsOf(times: readonly bigint[]): { earliest: bigint; latest: bigint } | undefined {
  let [earliest, latest] = [times[0], times[0]];
  for (const time of times) {
    if (earliest === undefined || time < earliest) earliest = time;
    if (latest === undefined || time > latest) latest = time;
  }
  return earliest === undefined || latest === undefined ? undefined : { earliest, latest };
}
