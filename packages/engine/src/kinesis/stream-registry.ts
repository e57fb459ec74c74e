/**
 * The streams of the engine: in memory with a row each in `streams.db`, and a log a shard in `<stream id>/<shard>/`.
 *
 * A change of shards is one commit: it closes the parents and makes the children in the same turn of the event loop, so
 * that a put goes either to the parent, before, or to the child, after. Where a closed shard ends is in its log alone.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineContext } from '../engine-context.ts';
import { createFolderSync } from '../s3/storage/folder-sync.ts';
import { inUse, notFound } from './errors.ts';
import { evenRanges, type HashRange } from './hash-range.ts';
import { openShardLog } from './log/shard-log.ts';
import type { Shard } from './shard.ts';
import { isOpen, retentionMsOf, type Stream } from './stream.ts';
import { openStreamTable, type StreamRow } from './stream-table.ts';

export interface StreamRegistry {
  readonly context: EngineContext;
  all(): Stream[];
  find(name: string): Stream | undefined;
  /** @throws AwsError ResourceNotFoundException */
  require(name: string): Stream;
  create(name: string, shardCount: number, tags: Readonly<Record<string, string>>): Stream;
  /** What was changed in the stream is durable when it returns. */
  save(stream: Stream): void;
  /** Closes `parents` and makes a child for each range; durable when it returns. */
  reshard(stream: Stream, parents: readonly Shard[], ranges: readonly HashRange[]): void;
  remove(stream: Stream): Promise<void>;
  /** Called when records or shards of a stream have come; returns how to stop it. */
  onChange(listener: (streamName: string) => void): () => void;
  changed(stream: Stream): void;
  /** Forgets what the retention has passed: files, and closed shards with all their records. */
  sweep(): void;
  close(): Promise<void>;
}

const DEFAULT_RETENTION_HOURS = 24;

export function openStreamRegistry(context: EngineContext): StreamRegistry {
  const root = join(context.dataDir, 'kinesis');
  mkdirSync(root, { recursive: true });
  const table = openStreamTable(join(root, 'streams.db'));
  const folders = createFolderSync();
  const streams = new Map<string, Stream>();
  const listeners = new Set<(streamName: string) => void>();
  const nowMs = () => Math.floor(context.clock.nowMs());

  const folderOf = (streamId: number) => join(root, String(streamId));
  const openLog = (streamId: number, index: number) =>
    openShardLog({ folder: join(folderOf(streamId), String(index)), folders, log: context.log });

  const rowOf = (stream: Stream): StreamRow => ({
    id: stream.id,
    name: stream.name,
    createdMs: stream.createdMs,
    retentionHours: stream.retentionHours,
    goneBeforeMs: stream.goneBeforeMs,
    ...(stream.encryptionKeyId === undefined ? {} : { encryptionKeyId: stream.encryptionKeyId }),
    tags: stream.tags,
    shards: stream.shards.map(({ index, range, epochMs, parents, closedMs }) => ({
      index,
      range: { start: String(range.start), end: String(range.end) },
      epochMs,
      parents,
      ...(closedMs === undefined ? {} : { closedMs }),
    })),
  });

  const streamOf = (row: StreamRow): Stream => ({
    id: row.id,
    name: row.name,
    arn: `arn:aws:kinesis:${context.region}:${context.account}:stream/${row.name}`,
    createdMs: row.createdMs,
    retentionHours: row.retentionHours,
    goneBeforeMs: row.goneBeforeMs,
    encryptionKeyId: row.encryptionKeyId,
    tags: { ...row.tags },
    shards: row.shards.map((shard) => ({
      index: shard.index,
      range: { start: BigInt(shard.range.start), end: BigInt(shard.range.end) },
      epochMs: shard.epochMs,
      parents: shard.parents,
      closedMs: shard.closedMs,
      log: openLog(row.id, shard.index),
    })),
  });

  for (const row of table.all()) streams.set(row.name, streamOf(row));
  removeOrphans(root, new Set([...streams.values()].map(({ id }) => String(id))));

  const changed = ({ name }: Stream) => {
    for (const listener of [...listeners]) listener(name);
  };

  return {
    context,
    all: () => [...streams.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    find: (name) => streams.get(name),
    require(name) {
      const stream = streams.get(name);
      if (!stream) throw notFound(`Stream ${name} under account ${context.account} not found.`);
      return stream;
    },
    create(name, shardCount, tags) {
      if (streams.has(name)) throw inUse(`Stream ${name} under account ${context.account} already exists.`);
      const row = {
        name,
        createdMs: nowMs(),
        retentionHours: DEFAULT_RETENTION_HOURS,
        goneBeforeMs: 0,
        tags,
        shards: evenRanges(shardCount).map(({ start, end }, index) => ({
          index,
          range: { start: String(start), end: String(end) },
          epochMs: nowMs(),
          parents: [],
        })),
      };
      const stream = streamOf({ ...row, id: table.add(row) });
      streams.set(name, stream);
      changed(stream);
      return stream;
    },
    save: (stream) => table.save(rowOf(stream)),
    reshard(stream, parents, ranges) {
      const closedMs = nowMs();
      const epochMs = Math.max(closedMs, ...parents.map((parent) => parent.epochMs + 1));
      const firstIndex = Math.max(...stream.shards.map(({ index }) => index)) + 1;
      const children = ranges.map((range, at) => ({
        index: firstIndex + at,
        range,
        epochMs,
        parents: parents.map(({ index }) => index),
        closedMs: undefined,
        log: openLog(stream.id, firstIndex + at),
      }));
      const before = stream.shards;
      for (const parent of parents) parent.closedMs = closedMs;
      stream.shards = [...before, ...children];
      try {
        table.save(rowOf(stream));
      } catch (error) {
        for (const parent of parents) parent.closedMs = undefined;
        stream.shards = before;
        throw error;
      }
      changed(stream);
    },
    async remove(stream) {
      table.remove(stream.id);
      streams.delete(stream.name);
      changed(stream);
      await Promise.all(stream.shards.map(({ log }) => log.close()));
      rmSync(folderOf(stream.id), { recursive: true, force: true });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    changed,
    sweep() {
      for (const stream of streams.values()) {
        const goneMs = nowMs() - retentionMsOf(stream);
        for (const { log } of stream.shards) log.trim(goneMs);
        const gone = stream.shards.filter((shard) => !isOpen(shard) && (shard.closedMs as number) < goneMs);
        if (gone.length === 0) continue;
        stream.shards = stream.shards.filter((shard) => !gone.includes(shard));
        table.save(rowOf(stream));
        for (const { index, log } of gone) {
          void log.close().then(() => rmSync(join(folderOf(stream.id), String(index)), { recursive: true, force: true }));
        }
      }
    },
    async close() {
      await Promise.all([...streams.values()].flatMap(({ shards }) => shards.map(({ log }) => log.close())));
      table.close();
    },
  };
}

/** What a deletion left behind when the engine was killed in the middle of it. */
function removeOrphans(root: string, ids: ReadonlySet<string>): void {
  for (const name of readdirSync(root)) {
    if (/^\d+$/.test(name) && !ids.has(name)) rmSync(join(root, name), { recursive: true, force: true });
  }
}
