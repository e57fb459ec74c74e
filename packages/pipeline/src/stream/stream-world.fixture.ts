/**
 * A store, a ledger and functions that die, for random streams: the ports with the services' semantics, in memory.
 *
 * Any call may end the instance that makes it, before or after it took effect. A write may time out and land later, also after
 * its retry. What an instance had on its way when it died may still land. The online store takes either reading of equal event times.
 */
import {
  decodeWindowState,
  encodeEvent,
  eventGroupOf,
  type FeatureRecord,
  type HistoryEvent,
  isRefusal,
  parseIsoNs,
  stateGroupOf,
  TidemarkError,
  toMs,
  WINDOW_STATE_FEATURE,
  type WindowedGroup,
  type WindowState,
} from '@tidemark/domain';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { createMemoryObjectStore } from '../memory-object-store.fixture.ts';
import type { FeatureReader, FeatureWriter, OnlineRecord, WriteEntry } from '../ports/feature-store.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { StreamDependencies } from './stream-batch.ts';
import { definitionsOf } from './stream-of-group.fixture.ts';

/** The end of an instance. No code of ours may catch it. */
export class Crash extends Error {}

export interface WorldOptions {
  readonly group: WindowedGroup;
  readonly equalEventTime: 'overwrite' | 'ignore';
  /** In [0, 1). */
  readonly random: () => number;
  /** How likely each fault is at each step. */
  readonly faultShare: number;
}

export interface StreamWorld {
  readonly objects: ReturnType<typeof createMemoryObjectStore>;
  /** While it is calm nothing fails. */
  calm: boolean;
  /** Ports for one instance; after a {@link Crash} they answer nothing but that. */
  instance(): StreamDependencies & { readonly workBucket: string };
  /** Everything that is still on its way arrives, in any order. */
  settle(): void;
  stateOf(entityKey: string): WindowState | undefined;
  /** Rows of the event history, as often as they were stored. */
  history(): HistoryEvent[];
}

const LEDGER = 'ledger';

export function createStreamWorld({ group, equalEventTime, random, faultShare }: WorldOptions): StreamWorld {
  const objects = createMemoryObjectStore();
  const online = new Map<string, FeatureRecord>();
  const rows: FeatureRecord[] = [];
  const onTheirWay: WriteEntry[] = [];
  const [states, events] = [stateGroupOf(group), eventGroupOf(group)];
  const offline = { database: 'd', table: 't', projectedDatabase: 'd', projectedTable: 'p', location: 's3://offline/data' };
  const catalogue: Catalogue = {
    version: 1,
    stage: 'test',
    groups: {
      [states.name]: { groupName: 'states', version: 1, recordFeatures: [], offline: undefined },
      [events.name]: { groupName: 'events', version: 1, recordFeatures: [], offline },
    },
  };
  const happens = (share: number) => !world.calm && random() < share;

  function apply({ record, stores, groupName }: WriteEntry): void {
    if (stores !== 'online') rows.push(record);
    if (stores === 'offline') return;
    const id = `${groupName} ${record.entityKey}`;
    const stored = online.get(id);
    const isOlder = stored !== undefined && record.eventTimeNs < stored.eventTimeNs;
    const isIgnored = stored !== undefined && record.eventTimeNs === stored.eventTimeNs && equalEventTime === 'ignore';
    if (!isOlder && !isIgnored) online.set(id, record);
  }
  function land(): void {
    const at = Math.floor(random() * onTheirWay.length);
    const [entry] = onTheirWay.splice(at, 1);
    if (entry !== undefined) apply(entry);
  }

  function instance() {
    let isDead = false;
    const end = () => {
      isDead = true;
      return new Crash();
    };
    const step = async <Value>(act: () => Value | Promise<Value>): Promise<Value> => {
      if (isDead || happens(faultShare)) throw end();
      while (happens(0.3) && onTheirWay.length > 0) land();
      const value = await act();
      if (happens(faultShare)) throw end();
      return value;
    };
    const writer: FeatureWriter = {
      write: (entries) =>
        step(() => {
          if (happens(faultShare)) {
            onTheirWay.push(...entries);
            throw new TidemarkError('DEPENDENCY_FAILED', 'the write timed out');
          }
          const unprocessed = entries.filter(() => happens(faultShare));
          for (const entry of entries) if (!unprocessed.includes(entry)) apply(entry);
          return { unprocessed, refused: [] };
        }),
    };
    const reader: FeatureReader = {
      read: (requests) =>
        step(() => ({
          records: requests.flatMap(({ groupName, entityKeys }) =>
            entityKeys.flatMap((entityKey): OnlineRecord[] => {
              const record = online.get(`${groupName} ${entityKey}`);
              return record === undefined ? [] : [{ groupName, entityKey, values: new Map(record.values), expiresAt: undefined }];
            }),
          ),
          unprocessed: [],
          refused: [],
        })),
    };
    const stepping: ObjectStore = {
      ...objects,
      read: (ref, range) => step(() => objects.read(ref, range)),
      put: (bucket, key, body) => step(() => objects.put(bucket, key, body)),
      putOnce: (bucket, key, body) => step(() => objects.putOnce(bucket, key, body)),
      remove: (bucket, keys) => step(() => objects.remove(bucket, keys)),
    };
    return {
      definitions: definitionsOf(group),
      objects: stepping,
      catalogue: async () => catalogue,
      ledger: LEDGER,
      workBucket: 'work',
      reader,
      writer,
      pace: { recordsPerSecond: 1_000_000, callsInFlight: 2 },
      waiting: { nowMs: () => 0, sleep: async () => {}, random },
    };
  }

  const world: StreamWorld = {
    objects,
    calm: false,
    instance,
    settle() {
      while (onTheirWay.length > 0) land();
    },
    stateOf(entityKey) {
      const text = new Map(online.get(`states ${entityKey}`)?.values).get(WINDOW_STATE_FEATURE);
      return text === undefined ? undefined : decodeWindowState(group, String(text));
    },
    history: () => rows.map((row) => historyEvent(group, row)),
  };
  return world;
}

function historyEvent(group: WindowedGroup, { values, eventTime }: FeatureRecord): HistoryEvent {
  const stored = new Map(values.map(([name, value]) => [name, String(value)]));
  const event = encodeEvent(
    { ...group, windowed: { ...group.windowed, fields: {} } },
    { sensor: stored.get('sensor'), eventId: stored.get('event_id'), eventTime },
  );
  if (isRefusal(event)) throw new Error(`the history has a row that cannot be read: ${event.code}`);
  const fields = Object.entries(group.windowed.fields).map(([name, { kind }]) => {
    const text = stored.get(name);
    return [name, text === undefined ? null : kind === 'text' ? text : Number(text)] as const;
  });
  return {
    ...event,
    timeMs: toMs(parseIsoNs(eventTime) ?? 0n),
    values: Object.fromEntries(fields),
    arrivedMs: Number(stored.get('event_arrived_at')),
  };
}
