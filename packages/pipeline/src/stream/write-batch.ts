/**
 * What a batch writes, in the order that makes a crash anywhere harmless: history, and when that is acknowledged the states.
 * A state is not written where any of its history was not taken. Of direct records the older ones of an entity are history,
 * the newest goes to both stores, where an older event time than the stored one does not replace it.
 */
import { TidemarkError } from '@tidemark/domain';
import { type Catalogue, resolveGroup } from '../catalogue/catalogue.ts';
import type { WriteEntry } from '../ports/feature-store.ts';
import { newestOfEachEntity } from '../store/newest-of-each-entity.ts';
import { sendEntries, type WriteDependencies } from '../store/send-entries.ts';
import type { DirectRecord } from './encode-direct.ts';
import type { FoldedEntity } from './fold-events.ts';
import type { Fault } from './stream-batch.ts';

/** An entry, and the records of the batch that depend on it. */
interface Dependent {
  readonly entry: WriteEntry;
  readonly at: readonly number[];
}

export interface WrittenBatch {
  readonly faults: readonly Fault[];
  /** The entities whose state is acknowledged. */
  readonly written: readonly FoldedEntity[];
}

export async function writeBatch(
  deps: WriteDependencies,
  catalogue: Catalogue,
  entities: readonly FoldedEntity[],
  direct: readonly DirectRecord[],
): Promise<WrittenBatch> {
  const records = directEntries(catalogue, direct);
  const history = await writeAll(deps, [
    ...entities.flatMap(({ at, history }) => history.map((entry) => ({ entry, at }))),
    ...records.filter(({ entry }) => entry.stores === 'offline'),
  ]);
  const lost = new Set(history.flatMap(({ at }) => at));
  const complete = entities.filter(({ at, record }) => record !== undefined && !at.some((one) => lost.has(one)));
  const online = await writeAll(deps, [
    ...complete.flatMap(({ at, record }) => (record === undefined ? [] : [{ entry: record, at }])),
    ...records.filter(({ entry }) => entry.stores === 'both'),
  ]);
  const unwritten = new Set(online.flatMap(({ at }) => at));
  return { faults: [...history, ...online], written: complete.filter(({ at }) => !at.some((one) => unwritten.has(one))) };
}

function directEntries(catalogue: Catalogue, direct: readonly DirectRecord[]): Dependent[] {
  const entries: Dependent[] = [];
  for (const [group, records] of Map.groupBy(direct, (one) => one.group)) {
    const { groupName } = resolveGroup(catalogue, group);
    const newest = newestOfEachEntity(records.map(({ record }) => record));
    for (const { at, record } of records) {
      const stores = group.storage === 'InMemory' ? 'online' : newest.has(record) ? 'both' : 'offline';
      entries.push({ entry: { groupName, record, stores }, at: [at] });
    }
  }
  return entries;
}

async function writeAll(deps: WriteDependencies, dependents: readonly Dependent[]): Promise<Fault[]> {
  if (dependents.length === 0) return [];
  const all = dependents.map(({ entry }) => entry);
  try {
    const failed = await sendEntries(deps, all);
    if (failed === undefined) return [];
    const left = new Set(failed.entries);
    return [{ at: dependents.filter(({ entry }) => left.has(entry)).flatMap(({ at }) => at), reason: failed.reason }];
  } catch (error) {
    // Which of them were taken before the call failed is not known: all of them come again.
    if (!(error instanceof TidemarkError)) throw error;
    return [{ at: dependents.flatMap(({ at }) => at), reason: `${error.code}: ${error.message}` }];
  }
}
