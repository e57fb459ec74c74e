/** What the query unloaded → rows by entity, as the judge takes them. */
import { type FeatureType, type FeatureValue, type Group, NS_PER } from '@tidemark/domain';
import type { Columns } from '../dataset/load-columns.ts';
import type { HistoryRow } from './judge-entity.ts';
import { unitOf } from './observe-group.ts';

export interface HistoryRows {
  readonly byEntity: ReadonlyMap<string, readonly HistoryRow[]>;
  /** Of the sampled entities. */
  readonly hashes: ReadonlySet<bigint>;
}

export function historyRows(group: Group, { rows, column }: Columns): HistoryRows {
  const [keys, times, arrivals, deletions, hashes] = ['k', 't', 'arrived', 'deleted', 'sample_hash'].map(column);
  const features = Object.entries(group.features).map(([name, type], at) => ({ name, type, cells: column(`f${at + 1}`) }));
  const perUnit = NS_PER[unitOf(group)];
  const byEntity = new Map<string, HistoryRow[]>();
  for (let at = 0; at < rows; at++) {
    const values = new Map<string, FeatureValue>();
    for (const { name, type, cells } of features) {
      const value = historyValue(type, cells[at]);
      if (value !== undefined) values.set(name, value);
    }
    const row = {
      timeNs: BigInt(times?.[at] as bigint) * perUnit,
      arrivedMs: Number(arrivals?.[at]),
      deleted: deletions?.[at] === true,
      values,
    };
    const key = keys?.[at] as string;
    const held = byEntity.get(key);
    if (held === undefined) byEntity.set(key, [row]);
    else held.push(row);
  }
  return { byEntity, hashes: new Set((hashes ?? []).map((hash) => BigInt(hash as bigint))) };
}

/** As decodeValue gives the same value of the online store; a whole number beyond the declared range stays a bigint. */
function historyValue(type: FeatureType, cell: unknown): FeatureValue | undefined {
  if (cell === null || cell === undefined) return undefined;
  if (type.kind !== 'Integral') return cell as string | number;
  const whole = BigInt(cell as bigint | number);
  return type.int64 === true || !Number.isSafeInteger(Number(whole)) ? whole : Number(whole);
}
