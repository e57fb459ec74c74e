/**
 * Turns one flush at a time into Parquet files, off the main thread: reads its entries through a connection of its own,
 * sorts the rows by the partition of their event time, writes one file each into a folder for the main thread to take over.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { parseEventTime } from '../featurestore/event-time.ts';
import type { DrainAnswer, DrainRequest } from './drain-protocol.ts';
import { offlineKey, partitionOf } from './offline-path.ts';
import { printParquet, type ReplicationRow } from './parquet-columns.ts';

interface Partition {
  latestSeconds: number;
  readonly rows: ReplicationRow[];
}

const MOST_FILES_WAITING = 8;
const LEADING = 2;

const { databaseFile, folder } = workerData as { databaseFile: string; folder: string };
const port = parentPort as NonNullable<typeof parentPort>;
const database = new Database(databaseFile, { readonly: true });
database.pragma('busy_timeout = 10000');
const select = database.prepare(
  'SELECT seq, rows FROM replication WHERE group_id = ? AND lane = ? AND seq BETWEEN ? AND ? ORDER BY seq',
);
mkdirSync(folder, { recursive: true });

let waiting = 0;
let goOn: () => void = () => {};
const answer = (message: DrainAnswer) => port.postMessage(message);

port.on('message', (request: DrainRequest) => {
  if (request.kind === 'taken') {
    waiting--;
    goOn();
    return;
  }
  drain(request).then(
    () => answer({ kind: 'done' }),
    (error: unknown) =>
      answer({
        kind: 'failed',
        errorName: error instanceof Error ? `${error.name} ${(error as { code?: string }).code ?? ''}`.trim() : 'unknown',
      }),
  );
});

async function drain(request: Extract<DrainRequest, { kind: 'flush' }>): Promise<void> {
  const { flush, definitions, layout } = request;
  const identity = `${flush.id}/${flush.groupId}/${flush.lane}/${flush.firstSeq}-${flush.lastSeq}`;
  let count = 0;
  for (const [partition, { latestSeconds, rows }] of sortByPartition(request)) {
    const file = `${folder}/${flush.id}-${count++}.parquet`;
    writeFileSync(file, printParquet(definitions, rows, flush.writeMs));
    while (waiting >= MOST_FILES_WAITING) await new Promise<void>((resolve) => (goOn = resolve));
    waiting++;
    answer({ kind: 'file', key: offlineKey(layout, partition, latestSeconds, identity), file });
  }
}

function sortByPartition({
  flush,
  definitions,
  layout,
  duplicateShare,
}: Extract<DrainRequest, { kind: 'flush' }>): Map<number, Partition> {
  const eventTimeIndex = definitions.findIndex(({ FeatureName }) => FeatureName === layout.eventTimeName);
  const eventTimeType = definitions[eventTimeIndex]?.FeatureType as 'String' | 'Fractional';
  const partitions = new Map<number, Partition>();
  for (const entry of select.iterate(flush.groupId, flush.lane, flush.firstSeq, flush.lastSeq) as Iterable<{
    seq: number;
    rows: string;
  }>) {
    let place = 0;
    for (const row of JSON.parse(entry.rows) as ReplicationRow[]) {
      const time = parseEventTime(row[LEADING + eventTimeIndex] as string, eventTimeType);
      if (!time) throw new TypeError('a replication row has no event time');
      const partition = partitionOf(layout, time.seconds);
      let file = partitions.get(partition);
      if (!file) {
        file = { latestSeconds: time.seconds, rows: [] };
        partitions.set(partition, file);
      }
      file.latestSeconds = Math.max(file.latestSeconds, time.seconds);
      file.rows.push(row);
      if (isDoubled(entry.seq, place++, duplicateShare)) file.rows.push(row);
    }
  }
  return partitions;
}

/** Drawn from the row's place, so that a flush done again doubles the same rows. */
function isDoubled(seq: number, place: number, share: number): boolean {
  if (share <= 0) return false;
  let mixed = Math.imul(seq ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(place + 1, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x27d4eb2f);
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32 < share;
}
