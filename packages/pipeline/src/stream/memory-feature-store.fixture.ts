import { EVENT_TIME_FEATURE, parseIsoNs } from '@tidemark/domain';
import type { FeatureReader, FeatureWriter, OnlineRecord, WriteEntry } from '../ports/feature-store.ts';

export interface MemoryFeatureStore {
  readonly reader: FeatureReader;
  readonly writer: FeatureWriter;
  /** By `group/key`. */
  readonly online: Map<string, OnlineRecord>;
  readonly history: WriteEntry[];
  /** Every entry that was taken, in order. */
  readonly log: WriteEntry[];
  /** Which entries are not taken. */
  refuse: (entry: WriteEntry) => boolean;
  /** What a read answers instead of what is stored, once for each that is there. */
  readonly staleReads: ReadonlyMap<string, OnlineRecord>[];
  /** Calls of `read` and `write` so far. */
  readonly calls: { read: number; write: number };
}

/** A feature store in memory: an older event time never replaces a newer one online, equal ones do. */
export function createMemoryFeatureStore(): MemoryFeatureStore {
  const online = new Map<string, OnlineRecord>();
  const timeOf = (record: OnlineRecord | undefined) => parseIsoNs(String(record?.values.get(EVENT_TIME_FEATURE) ?? ''));
  const store: MemoryFeatureStore = {
    online,
    history: [],
    log: [],
    refuse: () => false,
    staleReads: [],
    calls: { read: 0, write: 0 },
    reader: {
      async read(requests) {
        store.calls.read++;
        const from = store.staleReads.shift() ?? online;
        const ids = requests.flatMap(({ groupName, entityKeys }) => entityKeys.map((key) => `${groupName}/${key}`));
        return { records: ids.flatMap((id) => from.get(id) ?? []), unprocessed: [], refused: [] };
      },
    },
    writer: {
      async write(entries) {
        store.calls.write++;
        const refused = entries.filter((entry) => store.refuse(entry));
        for (const entry of entries) {
          if (refused.includes(entry)) continue;
          const { groupName, record, stores } = entry;
          store.log.push(entry);
          if (stores !== 'online') store.history.push(entry);
          const id = `${groupName}/${record.entityKey}`;
          const stored = timeOf(online.get(id));
          if (stores === 'offline' || (stored !== undefined && stored > record.eventTimeNs)) continue;
          online.set(id, { groupName, entityKey: record.entityKey, values: new Map(record.values), expiresAt: undefined });
        }
        return { unprocessed: [], refused: refused.map((entry) => ({ entry, code: 'InternalFailure' })) };
      },
    },
  };
  return store;
}
