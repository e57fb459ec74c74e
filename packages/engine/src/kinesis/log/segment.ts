/**
 * One file of a shard's log: frames one after the other, named by the ordinal of the first. A sparse index, an entry
 * about every 32 KB, leads to a record by ordinal or by time; that of a file from before the start is made when it is
 * first needed.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { decodeFrame, FRAME_HEAD_BYTES, frameBytesAt, type LogRecord } from './frame.ts';

interface IndexEntry {
  readonly ordinal: number;
  readonly offset: number;
  readonly storedMs: number;
}

export interface Segment {
  readonly file: string;
  readonly firstOrdinal: number;
  /** Notes frames that are now durable; they follow what is there. */
  extend(records: readonly { readonly storedMs: number; readonly bytes: number }[]): void;
  /** Of the first record; undefined while there is none. */
  firstStoredMs(): number | undefined;
  sizeBytes(): number;
  /** One after the last. */
  endOrdinal(): number;
  /** Calls back with each record from `ordinal` on, until it answers false. */
  visit(ordinal: number, onRecord: (record: LogRecord, ordinal: number) => boolean): void;
  /** The first record stored at or after `atMs`; the end when there is none. */
  ordinalAt(atMs: number): number;
}

const INDEX_EVERY_BYTES = 32 * 1024;
const READ_BYTES = 256 * 1024;

export function createSegment(file: string, firstOrdinal: number): Segment {
  const index: IndexEntry[] = [];
  let sizeBytes = 0;
  let endOrdinal = firstOrdinal;

  const entryBefore = (isAfter: (entry: IndexEntry) => boolean): IndexEntry | undefined => {
    let low = 0;
    let high = index.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isAfter(index[middle] as IndexEntry)) high = middle;
      else low = middle + 1;
    }
    return index[Math.max(low - 1, 0)];
  };

  return {
    file,
    firstOrdinal,
    extend(records) {
      for (const { storedMs, bytes } of records) {
        const last = index.at(-1);
        if (!last || sizeBytes - last.offset >= INDEX_EVERY_BYTES) {
          index.push({ ordinal: endOrdinal, offset: sizeBytes, storedMs });
        }
        sizeBytes += bytes;
        endOrdinal += 1;
      }
    },
    firstStoredMs: () => index[0]?.storedMs,
    sizeBytes: () => sizeBytes,
    endOrdinal: () => endOrdinal,
    visit(ordinal, onRecord) {
      const start = entryBefore((entry) => entry.ordinal > ordinal);
      if (!start || ordinal >= endOrdinal) return;
      let at = start.ordinal;
      readFrames(file, start.offset, sizeBytes, (record) => {
        const goesOn = at < ordinal || onRecord(record, at);
        at += 1;
        return goesOn && at < endOrdinal;
      });
    },
    ordinalAt(atMs) {
      const start = entryBefore((entry) => entry.storedMs >= atMs);
      if (!start) return endOrdinal;
      let at = start.ordinal;
      readFrames(file, start.offset, sizeBytes, ({ storedMs }) => {
        if (storedMs >= atMs) return false;
        at += 1;
        return true;
      });
      return at;
    },
  };
}

/** A file that is complete. It is read when something of it is first asked for. */
export function openSegment(file: string, firstOrdinal: number, endOrdinal: number, log: (line: string) => void): Segment {
  let first: number | undefined;
  let scanned: Segment | undefined;
  const get = () => {
    if (scanned) return scanned;
    scanned = scanSegment(file, firstOrdinal);
    if (scanned.endOrdinal() !== endOrdinal) {
      log(`kinesis: ${file} is damaged: records ${scanned.endOrdinal()} to ${endOrdinal - 1} of it are lost`);
    }
    return scanned;
  };
  return {
    file,
    firstOrdinal,
    extend() {
      throw new Error(`${file} is complete`);
    },
    firstStoredMs() {
      if (first === undefined) {
        readFrames(file, 0, statSync(file).size, ({ storedMs }) => {
          first = storedMs;
          return false;
        });
      }
      return first;
    },
    sizeBytes: () => statSync(file).size,
    endOrdinal: () => endOrdinal,
    visit: (ordinal, onRecord) => get().visit(ordinal, onRecord),
    ordinalAt: (atMs) => get().ordinalAt(atMs),
  };
}

/** The segment of an existing file, up to the first frame that is not whole: what a crash tore comes after that. */
export function scanSegment(file: string, firstOrdinal: number): Segment {
  const segment = createSegment(file, firstOrdinal);
  readFrames(file, 0, statSync(file).size, ({ storedMs }, bytes) => {
    segment.extend([{ storedMs, bytes }]);
    return true;
  });
  return segment;
}

/** Frames from `offset` up to `end`, until the callback answers false or a frame is not whole. */
function readFrames(file: string, offset: number, end: number, onFrame: (record: LogRecord, bytes: number) => boolean): void {
  const handle = openSync(file, 'r');
  try {
    let position = offset;
    let wanted = READ_BYTES;
    while (position < end) {
      const buffer = Buffer.allocUnsafe(Math.min(wanted, end - position));
      const chunk = buffer.subarray(0, readSync(handle, buffer, 0, buffer.length, position));
      let used = 0;
      for (;;) {
        const bytes = frameBytesAt(chunk, used);
        if (bytes === 0 || chunk.length - used < bytes) break;
        const record = decodeFrame(chunk, used);
        if (!record || !onFrame(record, bytes)) return;
        used += bytes;
      }
      position += used;
      const next = frameBytesAt(chunk, used);
      if (used === 0 && (next === 0 || chunk.length < wanted)) return;
      wanted = Math.max(READ_BYTES, next + FRAME_HEAD_BYTES);
    }
  } finally {
    closeSync(handle);
  }
}
