/** Online records as the judge takes them, read in pages; and their form while they wait in the work bucket. */
import {
  decodeValue,
  EVENT_TIME_FEATURE,
  type FeatureValue,
  type Group,
  isWindowed,
  parseIsoNs,
  WINDOW_STATE_FEATURE,
  type WireValue,
} from '@tidemark/domain';
import type { FeatureReader } from '../ports/feature-store.ts';
import type { Waiting } from '../ports/waiting.ts';
import { readRecords, recordId } from '../serve/read-records.ts';
import type { OnlineState } from './judge-entity.ts';

export type WireRecord = readonly (readonly [feature: string, value: WireValue])[];

const PAGE = 1_000;
/** Nobody waits for the answer: what is throttled has time. */
const ROUNDS = 4;
const PAGE_DEADLINE_MS = 30_000;

/** What of an online record is held against the history. */
export const recordFeaturesOf = (group: Group): string[] => [
  EVENT_TIME_FEATURE,
  ...(isWindowed(group) ? [WINDOW_STATE_FEATURE] : Object.keys(group.features)),
];

export interface OnlineRead {
  /** By entity key; a key that is not in it has no record. */
  readonly records: ReadonlyMap<string, WireRecord>;
  /** Keys that could not be read. */
  readonly failed: ReadonlySet<string>;
}

export async function readOnline(
  deps: { readonly reader: FeatureReader; readonly waiting: Waiting },
  groupName: string,
  features: readonly string[],
  entityKeys: readonly string[],
): Promise<OnlineRead> {
  const records = new Map<string, WireRecord>();
  const failed = new Set<string>();
  for (let at = 0; at < entityKeys.length; at += PAGE) {
    let open = entityKeys.slice(at, at + PAGE);
    for (let round = 0; open.length > 0 && round < ROUNDS; round++) {
      const read = await readRecords(deps, [{ groupName, entityKeys: open, features }], deps.waiting.nowMs() + PAGE_DEADLINE_MS);
      for (const { entityKey, values } of read.found) records.set(entityKey, [...values]);
      open = open.filter((key) => read.failed.has(recordId(groupName, key)));
    }
    for (const key of open) failed.add(key);
  }
  return { records, failed };
}

export function onlineState(group: Group, record: WireRecord | undefined): OnlineState | undefined {
  if (record === undefined) return undefined;
  const values = new Map<string, FeatureValue | undefined>();
  let timeNs: bigint | undefined;
  for (const [feature, value] of record) {
    const type = group.features[feature];
    if (feature === EVENT_TIME_FEATURE) timeNs = typeof value === 'string' ? parseIsoNs(value) : undefined;
    else if (type !== undefined) values.set(feature, decodeValue(type, value));
  }
  return { timeNs, values };
}
