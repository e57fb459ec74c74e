import type { Group } from '@tidemark/domain';
import type { HistoryRows } from './history-rows.ts';

export interface FeatureCompleteness {
  /** Share of all cells that have a value. */
  readonly share: number;
  readonly features: Readonly<Record<string, number>>;
}

/** Of the newest live row of each sampled entity; undefined where there is none. */
export function completenessOf(group: Group, { byEntity }: HistoryRows): FeatureCompleteness | undefined {
  const newest = [...byEntity.values()].flatMap((rows) => {
    const row = rows.reduce((latest, one) => (one.timeNs > latest.timeNs ? one : latest));
    return row.deleted ? [] : [row];
  });
  const names = Object.keys(group.features);
  if (newest.length === 0 || names.length === 0) return undefined;
  const features = Object.fromEntries(
    names.map((name) => [name, newest.filter((row) => row.values.has(name)).length / newest.length]),
  );
  return { share: Object.values(features).reduce((sum, one) => sum + one, 0) / names.length, features };
}
