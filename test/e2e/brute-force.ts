/** DESIGN §5 over raw rows, in loops: the newest row of the key that is strictly before the label and not too old. */
import type { Cells } from './raw-files.ts';

export interface RawGroup {
  readonly rows: readonly Cells[];
  readonly key: readonly string[];
  readonly time: string;
  readonly maxAgeMs: number | undefined;
}

export const isUsable = (
  group: Omit<RawGroup, 'rows'>,
  row: Cells,
  numbers: readonly string[],
  columns: ReadonlySet<string>,
): boolean =>
  group.key.every((part) => typeof row[part] === 'string' && row[part] !== '' && !(row[part] as string).includes('\ufffd')) &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(String(row[group.time])) &&
  numbers.every((name) => Number.isFinite(Number(row[name])) && row[name] !== '') &&
  Object.keys(row).every((name) => columns.has(name));

export function latestBefore(group: RawGroup, key: readonly string[], labelMs: number): Cells | undefined {
  let best: Cells | undefined;
  let bestMs = Number.NEGATIVE_INFINITY;
  for (const row of group.rows) {
    if (!group.key.every((part, at) => row[part] === key[at])) continue;
    const rowMs = Date.parse(String(row[group.time]));
    if (rowMs < labelMs && rowMs > bestMs) {
      best = row;
      bestMs = rowMs;
    }
  }
  if (best === undefined || (group.maxAgeMs !== undefined && labelMs - bestMs >= group.maxAgeMs)) return undefined;
  return best;
}
