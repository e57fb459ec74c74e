/**
 * The append log of one shard: records by ordinal, from 1, in segment files of its folder.
 *
 * Group commit: what is appended while a flush to disk is under way goes out with the next one, in the order of the
 * appends. A record is seen by readers, and its promise resolves, once it is on disk (fdatasync). When a write fails, all
 * that went out with it fails, and the file is cut back to what is known to be on disk.
 */
import { existsSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { FolderSync } from '../../s3/storage/folder-sync.ts';
import { encodeFrame, type LogRecord } from './frame.ts';
import { createSegment, openSegment, type Segment, scanSegment } from './segment.ts';

export interface ShardLog {
  /** Resolves to the ordinals when the records are on disk; those of one call follow one another. */
  append(records: readonly LogRecord[]): Promise<{ readonly firstOrdinal: number }>;
  /** The oldest record that is kept; equal to `end` when there is none. */
  first(): number;
  /** One after the last record on disk. */
  end(): number;
  /** Whether something that was appended is not yet on disk. */
  isWriting(): boolean;
  /** Calls back with each record on disk from `ordinal` on, until it answers false. */
  visit(ordinal: number, onRecord: (record: LogRecord, ordinal: number) => boolean): void;
  /** The first record stored at or after `atMs`; the end when there is none. */
  ordinalAt(atMs: number): number;
  lastStoredMs(): number;
  /** Removes files whose records were all stored before `atMs`. */
  trim(atMs: number): void;
  close(): Promise<void>;
}

interface Waiting {
  readonly frames: readonly Buffer[];
  readonly storedMs: readonly number[];
  readonly resolve: (result: { firstOrdinal: number }) => void;
  readonly reject: (error: unknown) => void;
}

const SEGMENT_BYTES = 32 * 1024 * 1024;
const SUFFIX = '.log';

export interface ShardLogOptions {
  /** Made at the first write. */
  readonly folder: string;
  readonly folders: FolderSync;
  readonly log: (line: string) => void;
  readonly segmentBytes?: number;
}

export function openShardLog({ folder, folders, log, segmentBytes = SEGMENT_BYTES }: ShardLogOptions): ShardLog {
  const segments = openSegments(folder, log);
  let waiting: Waiting[] = [];
  let flushing: Promise<void> | undefined;
  let handle: FileHandle | undefined;
  let lastStoredMs = lastTime(segments);

  const last = () => segments.at(-1) as Segment;
  const end = () => segments.at(-1)?.endOrdinal() ?? 1;
  const segmentOf = (ordinal: number) => {
    const at = segments.findLastIndex((segment) => segment.firstOrdinal <= ordinal);
    return Math.max(at, 0);
  };

  async function openForWriting(): Promise<FileHandle> {
    if (handle && last().sizeBytes() < segmentBytes) return handle;
    await handle?.close();
    handle = undefined;
    if (segments.length > 0 && last().sizeBytes() < segmentBytes) {
      handle = await open(last().file, 'r+');
      return handle;
    }
    const file = join(folder, `${String(end()).padStart(16, '0')}${SUFFIX}`);
    await folders.ensure(folder);
    handle = await open(file, 'w+');
    await folders.sync(folder);
    segments.push(createSegment(file, end()));
    return handle;
  }

  async function write(frames: readonly Buffer[]): Promise<void> {
    const file = await openForWriting();
    const bytes = Buffer.concat(frames);
    for (let done = 0; done < bytes.length; ) {
      done += (await file.write(bytes, done, bytes.length - done, last().sizeBytes() + done)).bytesWritten;
    }
    await file.datasync();
  }

  /** The next write opens the file anew; what a failed one left beyond the known end is cut off. */
  async function forgetFailedWrite(): Promise<void> {
    await handle?.close().catch(() => {});
    handle = undefined;
    try {
      if (segments.length > 0) truncateSync(last().file, last().sizeBytes());
    } catch (error) {
      log(`kinesis: ${last().file} cannot be cut back after a failed write: ${(error as Error).message}`);
    }
  }

  async function flush(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        await write(group.flatMap(({ frames }) => frames));
      } catch (error) {
        await forgetFailedWrite();
        for (const { reject } of group) reject(error);
        continue;
      }
      for (const { frames, storedMs, resolve } of group) {
        const firstOrdinal = end();
        last().extend(frames.map((frame, at) => ({ storedMs: storedMs[at] as number, bytes: frame.length })));
        resolve({ firstOrdinal });
      }
    }
    // In the same turn in which nothing was found waiting: whoever appends after it starts the next flush.
    flushing = undefined;
  }

  return {
    append(records) {
      return new Promise((resolve, reject) => {
        lastStoredMs = records.reduce((most, { storedMs }) => Math.max(most, storedMs), lastStoredMs);
        waiting.push({ frames: records.map(encodeFrame), storedMs: records.map(({ storedMs }) => storedMs), resolve, reject });
        flushing ??= flush();
      });
    },
    first: () => segments[0]?.firstOrdinal ?? 1,
    end,
    isWriting: () => flushing !== undefined,
    visit(ordinal, onRecord) {
      let goesOn = true;
      for (let at = segmentOf(ordinal); goesOn && at < segments.length; at += 1) {
        (segments[at] as Segment).visit(ordinal, (record, current) => {
          goesOn = onRecord(record, current);
          return goesOn;
        });
      }
    },
    ordinalAt(atMs) {
      const later = segments.findIndex((segment) => (segment.firstStoredMs() ?? Number.POSITIVE_INFINITY) >= atMs);
      const candidate = segments[later < 0 ? segments.length - 1 : later - 1];
      return candidate?.ordinalAt(atMs) ?? segments[0]?.firstOrdinal ?? 1;
    },
    lastStoredMs: () => lastStoredMs,
    trim(atMs) {
      while (segments.length > 1 && ((segments[1] as Segment).firstStoredMs() ?? atMs) < atMs) {
        rmSync((segments.shift() as Segment).file, { force: true });
      }
    },
    async close() {
      while (flushing) await flushing;
      await handle?.close();
      handle = undefined;
    },
  };
}

function openSegments(folder: string, log: (line: string) => void): Segment[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .sort();
  const ordinals = names.map((name) => Number(name.slice(0, -SUFFIX.length)));
  const segments = names.map((name, at) => {
    const [firstOrdinal, nextOrdinal] = [ordinals[at] as number, ordinals[at + 1]];
    const file = join(folder, name);
    return nextOrdinal === undefined ? scanSegment(file, firstOrdinal) : openSegment(file, firstOrdinal, nextOrdinal, log);
  });
  const last = segments.at(-1);
  // A crash in the middle of a write leaves part of a frame, which was never acknowledged.
  if (last) truncateSync(last.file, last.sizeBytes());
  return segments;
}

function lastTime(segments: readonly Segment[]): number {
  let storedMs = 0;
  const segment = segments.findLast((candidate) => candidate.endOrdinal() > candidate.firstOrdinal);
  segment?.visit(segment.endOrdinal() - 1, (record) => {
    storedMs = record.storedMs;
    return true;
  });
  return storedMs;
}
