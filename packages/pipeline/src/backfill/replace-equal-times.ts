/**
 * The service's documents conflict on a record whose event time is that of the stored one: the later may replace it or be
 * ignored. A record that a new definition makes otherwise has just that event time. So what was sent online is read back,
 * and where the old values still stand the record is removed first.
 *
 * Removing takes only records of an event time before the one it names, which is one unit after ours: a newer value that
 * has come in meanwhile stays. Between the two calls the record is missing.
 */
import {
  decodeValue,
  EVENT_TIME_FEATURE,
  type FeatureRecord,
  type Group,
  NS_PER,
  parseIsoNs,
  printIso,
  TidemarkError,
} from '@tidemark/domain';
import { writeEntries } from '../ingest/write-records.ts';
import { MOST_READS_A_CALL, type OnlineRecord, type ReadRequest, type WriteEntry } from '../ports/feature-store.ts';
import { jitterMs } from '../ports/waiting.ts';
import type { BackfillWriteDependencies } from './backfill-dependencies.ts';

const MOST_ATTEMPTS = 12;
const BASE_WAIT_MS = 40;
const MOST_WAIT_MS = 2_000;

/** Entries that were sent online → how many had to be put in the place of one that the store kept. */
export async function replaceEqualTimes(
  deps: BackfillWriteDependencies,
  group: Group,
  entries: readonly WriteEntry[],
): Promise<number> {
  const stale: WriteEntry[] = [];
  for (let at = 0; at < entries.length; at += MOST_READS_A_CALL) {
    const page = new Map(entries.slice(at, at + MOST_READS_A_CALL).map((entry) => [entry.record.entityKey, entry]));
    for (const online of await readPage(deps, group, [...page.values()])) {
      const entry = page.get(online.entityKey);
      if (entry !== undefined && isStale(group, entry.record, online)) stale.push(entry);
    }
  }
  const again: WriteEntry[] = [];
  for (const entry of stale) {
    const before = printIso(entry.record.eventTimeNs + NS_PER[group.precision], group.precision);
    const outcome = await deps.remover.removeOnline(entry.groupName, entry.record.entityKey, before);
    if (outcome === 'removed') again.push({ ...entry, stores: 'online' });
  }
  await writeEntries(deps, again);
  return again.length;
}

async function readPage(
  deps: BackfillWriteDependencies,
  group: Group,
  entries: readonly WriteEntry[],
): Promise<readonly OnlineRecord[]> {
  const found: OnlineRecord[] = [];
  let open: readonly ReadRequest[] = [
    {
      groupName: entries[0]?.groupName ?? '',
      entityKeys: entries.map(({ record }) => record.entityKey),
      features: [EVENT_TIME_FEATURE, ...Object.keys(group.features)],
    },
  ];
  for (let attempt = 0; open.length > 0; attempt++) {
    if (attempt > 0) await deps.waiting.sleep(jitterMs(attempt, BASE_WAIT_MS, MOST_WAIT_MS, deps.waiting.random));
    const { records, unprocessed, refused } = await deps.reader.read(open);
    found.push(...records);
    if (refused.length > 0 || attempt >= MOST_ATTEMPTS) {
      throw new TidemarkError('INGEST_WRITE_FAILED', `records of ${group.name} that were written could not be read back`);
    }
    open = unprocessed;
  }
  return found;
}

function isStale(group: Group, record: FeatureRecord, online: OnlineRecord): boolean {
  const time = online.values.get(EVENT_TIME_FEATURE);
  if (typeof time !== 'string' || parseIsoNs(time) !== record.eventTimeNs) return false;
  const written = new Map(record.values);
  return Object.entries(group.features).some(([name, type]) => {
    const [ours, theirs] = [written.get(name), online.values.get(name)];
    if (ours === undefined || theirs === undefined) return ours !== theirs;
    return !Object.is(decodeValue(type, ours), decodeValue(type, theirs));
  });
}
