/** A snapshot of a scenario's first group: what is asked, as a query and as the oracle's rows. */
import { createHash } from 'node:crypto';
import { NS_PER } from '@tidemark/domain';
import { PART_COLUMN, SNAPSHOT_CELLS, type SnapshotQuery } from '@tidemark/sql';
import fc from 'fast-check';
import { snapshotRecords } from '../oracle/snapshot.ts';
import { aliasOf, type ResultRow, type Scenario } from '../point-in-time/scenario.ts';

const HOUR_S = 3_600n;
/** Where the scenarios' instants begin. */
const BASE_S = BigInt(Date.UTC(2026, 1, 28, 23)) / 1_000n;

export interface SnapshotCase {
  readonly asOfSecond: bigint;
  readonly ttlSeconds: bigint | undefined;
  readonly parts: number;
}

export const snapshotCase: fc.Arbitrary<SnapshotCase> = fc
  .record({
    hours: fc.bigInt(0n, 6n),
    seconds: fc.constantFrom(-1n, 0n, 0n, 1n),
    ttlHours: fc.constantFrom(undefined, 1n, 2n, 48n),
    parts: fc.constantFrom(1, 2, 16, 64),
  })
  .map(({ hours, seconds, ttlHours, parts }) => ({
    asOfSecond: BASE_S + hours * HOUR_S + seconds,
    ttlSeconds: ttlHours === undefined ? undefined : ttlHours * HOUR_S,
    parts,
  }));

const featuresOf = (scenario: Scenario) => Object.entries(scenario.joins[0]?.features ?? {});

export const snapshotQueryOf = (scenario: Scenario, database: string, asked: SnapshotCase): SnapshotQuery => ({
  ...asked,
  table: { database, name: aliasOf(0) },
  columns: [
    { feature: 'entity_key', type: 'varchar' },
    { feature: 'event_time', type: 'varchar' },
    ...featuresOf(scenario).map(([feature, type]) => ({ feature, type })),
  ],
});

/** In the order of the entity keys. */
export function expectedSnapshot(scenario: Scenario, { asOfSecond, ttlSeconds, parts }: SnapshotCase): ResultRow[] {
  const records = snapshotRecords(scenario.joins[0]?.history ?? [], {
    asOfMs: Number(asOfSecond) * 1_000,
    ttlNs: ttlSeconds === undefined ? undefined : ttlSeconds * NS_PER.s,
    features: featuresOf(scenario).map(([name]) => name),
  });
  const rows = [...records.values()].map(({ key, eventTime, values }) => {
    const cell = Number.parseInt(createHash('md5').update(key).digest('hex').slice(0, 2), 16);
    const part = String(Math.floor(cell / (SNAPSHOT_CELLS / parts)));
    return { entity_key: key, event_time: eventTime, ...values, [PART_COLUMN]: part };
  });
  return byEntityKey(rows);
}

export const byEntityKey = <Row extends Readonly<Record<string, unknown>>>(rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => (String(a.entity_key) < String(b.entity_key) ? -1 : 1));
