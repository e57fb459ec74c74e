/**
 * The records that the rows of one request need: from memory as long as the view allows, from a read that another request
 * has under way (single flight), or read now. Each distinct record is looked for once a request.
 *
 *   rows × joins → slots, one for each distinct (group, entity key) → filled
 */
import type { FeatureReader } from '../ports/feature-store.ts';
import type { Waiting } from '../ports/waiting.ts';
import { readRecords, recordId } from './read-records.ts';
import { RecordCache } from './record-cache.ts';
import type { EntityRow } from './serve-request.ts';
import { type ServedRecord, servedRecord } from './served-record.ts';
import type { ServingCounts } from './serving-counts.ts';
import type { ServingPlan } from './serving-plan.ts';

export interface Slot {
  readonly entityKey: string;
  record: ServedRecord | 'failed';
}

export interface LoadedRecords {
  /** Row → join → its record. */
  readonly rows: readonly (readonly Slot[])[];
  readonly distinct: readonly Slot[];
  readonly cacheHits: number;
  readonly reads: number;
}

export type LoadRecords = (rows: readonly EntityRow[], asOfMs: number) => Promise<LoadedRecords>;

const DEADLINE_MS = 10_000;
/** Kept in memory for a view. */
const MOST_RECORDS = 50_000;

export function createRecordLoader(
  deps: { readonly reader: FeatureReader; readonly waiting: Waiting },
  plan: ServingPlan,
  counts: ServingCounts,
): LoadRecords {
  const { maxStalenessMs } = plan.view;
  const groups = plan.groups.map((group) => ({
    ...group,
    cache: new RecordCache(MOST_RECORDS / plan.groups.length),
    underWay: new Map<string, Promise<ServedRecord | 'failed'>>(),
  }));

  async function read(
    wanted: readonly (readonly Slot[])[],
    slots: readonly ReadonlyMap<string, Slot>[],
    nowMs: number,
  ): Promise<void> {
    const requests = groups
      .map(({ groupName, reads }, at) => ({
        groupName,
        entityKeys: wanted[at]?.map(({ entityKey }) => entityKey) ?? [],
        features: reads,
      }))
      .filter(({ entityKeys }) => entityKeys.length > 0);
    const { found, failed } = await readRecords(deps, requests, nowMs + DEADLINE_MS);
    for (const record of found) {
      const at = groups.findIndex(({ groupName }) => groupName === record.groupName);
      const slot = slots[at]?.get(record.entityKey);
      if (slot !== undefined) slot.record = servedRecord(groups[at], record);
    }
    for (const [at, { groupName, cache, ...group }] of groups.entries()) {
      for (const slot of wanted[at] ?? []) {
        if (failed.size > 0 && failed.has(recordId(groupName, slot.entityKey))) slot.record = 'failed';
        else if (slot.record === 'failed') slot.record = servedRecord(group, undefined);
        if (maxStalenessMs > 0 && slot.record !== 'failed') cache.put(slot.entityKey, slot.record, nowMs);
      }
    }
  }

  /** Lets other requests wait for what is being read. */
  function share(wanted: readonly (readonly Slot[])[], reading: Promise<void>): void {
    for (const [at, { underWay }] of groups.entries()) {
      for (const slot of wanted[at] ?? []) {
        const shared = reading.then(() => slot.record).finally(() => underWay.delete(slot.entityKey));
        underWay.set(slot.entityKey, shared);
        shared.catch(() => {});
      }
    }
  }

  return async (rows, asOfMs) => {
    const slots = groups.map(() => new Map<string, Slot>());
    const wanted: Slot[][] = groups.map(() => []);
    const joining: Promise<unknown>[] = [];
    const hits = groups.map(() => 0);
    let reads = 0;

    const slotOf = (group: number, entityKey: string): Slot => {
      const known = (slots[group] as Map<string, Slot>).get(entityKey);
      if (known !== undefined) return known;
      const slot: Slot = { entityKey, record: 'failed' };
      slots[group]?.set(entityKey, slot);
      if (maxStalenessMs > 0) {
        const { cache, underWay } = groups[group] as (typeof groups)[number];
        const held = cache.get(entityKey, asOfMs, maxStalenessMs);
        if (held !== undefined) {
          slot.record = held;
          hits[group] = (hits[group] as number) + 1;
          return slot;
        }
        const other = underWay.get(entityKey);
        if (other !== undefined) {
          joining.push(other.then((record) => (slot.record = record)));
          return slot;
        }
      }
      wanted[group]?.push(slot);
      reads++;
      return slot;
    };

    const filled = rows.map((row) => plan.joins.map((join) => slotOf(join.group, join.entityKeyOf(row))));
    try {
      if (reads > 0) {
        const reading = read(wanted, slots, asOfMs);
        if (maxStalenessMs > 0) share(wanted, reading);
        await reading;
      }
      if (joining.length > 0) await Promise.all(joining);
    } finally {
      for (const [at, { groupName }] of groups.entries()) {
        const failed = wanted[at]?.reduce((count, { record }) => (record === 'failed' ? count + 1 : count), 0) ?? 0;
        counts.add(groupName, { wanted: slots[at]?.size ?? 0, hits: hits[at] ?? 0, failed });
      }
    }
    const cacheHits = hits.reduce((sum, one) => sum + one, 0);
    return { rows: filled, distinct: slots.flatMap((group) => [...group.values()]), cacheHits, reads };
  };
}
