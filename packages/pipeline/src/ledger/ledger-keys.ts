/**
 * Where things stand in the ledger. Every key begins with its kind and, where things add up over time, with the date,
 * so that nobody ever lists more than a day. The date is that of the object or the execution, never of the clock that
 * happens to write: a repetition finds the same key.
 */
import { createHash } from 'node:crypto';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 base32 in lower case without padding: usable as an execution name and as a file name. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + BASE32[(held << (5 - bits)) & 31];
}

/** A hash over parts that cannot run into one another. */
export const hashParts = (...parts: readonly string[]): string =>
  base32(createHash('sha256').update(JSON.stringify(parts)).digest());

/** The name of an ingest: the same object version and attempt always have the same one. */
export const ingestIdOf = (object: { bucket: string; key: string; versionId?: string | undefined }, attempt: number): string =>
  hashParts(object.bucket, object.key, object.versionId ?? '', String(attempt));

/** `2026-01-31`, UTC. */
export const dateOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

const DAY_MS = 86_400_000;

/** Every date from one instant to a later one, UTC. */
export const datesBetween = (fromMs: number, toMs: number): string[] => {
  const first = Math.floor(fromMs / DAY_MS);
  return Array.from({ length: Math.floor(toMs / DAY_MS) - first + 1 }, (_, day) => dateOf((first + day) * DAY_MS));
};

/** The last days' dates, the newest first; from tomorrow on, as the clock that named a day may be ahead of this one. */
export const lastDates = (nowMs: number, days: number): string[] =>
  datesBetween(nowMs - (days - 1) * DAY_MS, nowMs + DAY_MS).reverse();

const chunkName = (index: number) => String(index).padStart(5, '0');

export const ledgerKeys = {
  catalogue: () => 'catalogue.json',
  plan: (date: string, ingestId: string) => `plans/${date}/${ingestId}/plan.json`,
  chunkList: (date: string, ingestId: string) => `plans/${date}/${ingestId}/chunks.json`,
  chunkCopy: (date: string, ingestId: string, part: number) => `chunk-copies/${date}/${ingestId}/${chunkName(part)}`,
  chunkResults: (date: string, ingestId: string) => `chunk-results/${date}/${ingestId}/`,
  chunkResult: (date: string, ingestId: string, index: number) => `chunk-results/${date}/${ingestId}/${chunkName(index)}.json`,
  quarantineDay: (date: string) => `quarantine/${date}/`,
  quarantine: (date: string, ingestId: string, part: string) => `quarantine/${date}/${ingestId}/${part}.jsonl`,
  quarantineChunk: (date: string, ingestId: string, index: number) => `quarantine/${date}/${ingestId}/${chunkName(index)}.jsonl`,
  /** Refused records of streams. */
  quarantineStreams: (date: string) => `quarantine/${date}/streams/`,
  quarantineBatch: (date: string, stream: string, shardId: string, first: string, last: string) =>
    `quarantine/${date}/streams/${stream}/${shardId}/${first}-${last}.jsonl`,
  streamBatchDay: (date: string, stream: string) => `stream-batches/${date}/${stream}/`,
  streamBatch: (date: string, stream: string, shardId: string, first: string, last: string) =>
    `stream-batches/${date}/${stream}/${shardId}/${first}-${last}.json`,
  receiptDay: (date: string) => `receipts/${date}/`,
  receipt: (date: string, ingestId: string) => `receipts/${date}/${ingestId}.json`,
  /** The last content sealed for an object key, whatever the version. */
  sealed: (bucket: string, key: string) => `sealed/${hashParts(bucket, key)}.json`,
  unroutable: (date: string, ingestId: string) => `unroutable/${date}/${ingestId}.json`,
  summary: (date: string) => `summaries/${date}.json`,
  /** Where mappings put what finally failed. */
  /** Lambda's own layout: `<event-source mapping>/<shard>/<date>/…`, and `async/<function>/<date>/…`. */
  failures: () => 'aws/lambda/',
  asyncFailures: () => 'aws/lambda/async/',
  /** Who has paused a stream. */
  streamPause: (stream: string) => `stream-pauses/${stream}.json`,
  rebuildDay: (date: string) => `rebuilds/${date}/`,
  rebuild: (date: string, id: string) => `rebuilds/${date}/${id}.json`,
  /** Who alone works on something. */
  lease: (flow: string, name: string) => `leases/${flow}/${name}.json`,
  backfillPlan: (date: string, id: string, group: string) => `backfill-plans/${date}/${id}/${group}/plan.json`,
  backfillFiles: (date: string, id: string, group: string) => `backfill-plans/${date}/${id}/${group}/files.json`,
  backfillBuckets: (date: string, id: string, group: string) => `backfill-plans/${date}/${id}/${group}/buckets.json`,
  backfillProgress: (group: string) => `backfill-progress/${group}.json`,
  backfillReceiptDay: (date: string) => `backfill-receipts/${date}/`,
  backfillReceipt: (date: string, id: string, group: string) => `backfill-receipts/${date}/${id}/${group}.json`,
  dataset: (id: string) => `dataset-work/${id}/`,
  monitorDay: (date: string) => `monitor/${date}/`,
  monitorReport: (date: string, id: string) => `monitor/${date}/${id}.json`,
  inconsistencies: (date: string, id: string, group: string) => `inconsistencies/${date}/${id}/${group}.jsonl`,
  manifestDay: (date: string) => `manifests/${date}/`,
  manifest: (date: string, id: string) => `manifests/${date}/${id}.json`,
  snapshotDay: (date: string) => `snapshots/${date}/`,
  snapshot: (date: string, id: string) => `snapshots/${date}/${id}.json`,
  /** Who takes the snapshot of a scheduled time. */
  snapshotClaim: (scheduledTime: string) => `snapshot-claims/${scheduledTime.slice(0, 10)}/${hashParts(scheduledTime)}.json`,
  restorePlan: (date: string, id: string) => `restore-plans/${date}/${id}/plan.json`,
  restoreParts: (date: string, id: string) => `restore-plans/${date}/${id}/parts.json`,
  restoreResults: (date: string, id: string) => `restore-results/${date}/${id}/`,
  restoreResult: (date: string, id: string, index: number) => `restore-results/${date}/${id}/${chunkName(index)}.json`,
  restoreDay: (date: string) => `restores/${date}/`,
  restore: (date: string, id: string) => `restores/${date}/${id}.json`,
} as const;
