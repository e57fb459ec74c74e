/**
 * The versions of every key. Without versioning a key has one version, `null`, and a put replaces it; with versioning
 * each put and each delete adds one; suspended, puts and deletes replace only the `null` one. All methods that change
 * something are to be called inside a commit.
 */
import { randomBytes } from 'node:crypto';
import type { BucketRow } from './bucket-index.ts';
import type { IndexDatabase } from './index-database.ts';
import {
  type NewVersion,
  NULL_VERSION,
  type ObjectVersion,
  type Tags,
  tagsToText,
  type VersionRow,
  versionFromRow,
} from './object-version.ts';

export interface Change {
  readonly version: ObjectVersion;
  /** Bodies that no row names any more. */
  readonly retired: string[];
}

export interface VersionIndex {
  /** The latest version, also when it is a delete marker. */
  latest(bucket: string, key: string): ObjectVersion | undefined;
  find(bucket: string, key: string, versionId: string): ObjectVersion | undefined;
  put(bucket: BucketRow, version: NewVersion): Change;
  /** Makes the key look deleted: removes the `null` version, or puts a delete marker in front of the others. */
  remove(bucket: BucketRow, key: string, id: number, nowMs: number): (Change & { marker: boolean }) | undefined;
  /** Removes one version for good; what was before it becomes the latest. */
  erase(version: ObjectVersion): string[];
  setTags(version: ObjectVersion, tags: Tags): void;
  hasAny(bucket: string): boolean;
  files(): IterableIterator<{ file: string }>;
}

const createVersionId = () => randomBytes(16).toString('hex');
const NO_ATTRIBUTES = { headers: {}, metadata: {} };

export function createVersionIndex(database: IndexDatabase): VersionIndex {
  const latest = database.prepare<[string, string], VersionRow>(
    'SELECT * FROM version WHERE bucket = ? AND key = ? AND latest = 1',
  );
  const find = database.prepare<[string, string, string], VersionRow>(
    'SELECT * FROM version WHERE bucket = ? AND key = ? AND version_id = ?',
  );
  const insert = database.prepare(
    'INSERT INTO version VALUES (@id, @bucket, @key, @versionId, 1, @deleteMarker, @file, @sizeBytes, @etag, @modifiedMs, @attributes, @tags)',
  );
  const dethrone = database.prepare<[string, string]>(
    'UPDATE version SET latest = 0 WHERE bucket = ? AND key = ? AND latest = 1',
  );
  const enthrone = database.prepare<[string, string, string, string]>(
    'UPDATE version SET latest = 1 WHERE bucket = ? AND key = ? AND id = (SELECT max(id) FROM version WHERE bucket = ? AND key = ?)',
  );
  const erase = database.prepare<[number]>('DELETE FROM version WHERE id = ?');
  const tags = database.prepare<[string | null, number]>('UPDATE version SET tags = ? WHERE id = ?');
  const any = database.prepare<[string], { id: number }>('SELECT id FROM version WHERE bucket = ? LIMIT 1');
  const files = database.prepare<[], { file: string }>(
    'SELECT file FROM version WHERE file IS NOT NULL UNION ALL SELECT file FROM part',
  );

  const read = (row: VersionRow | undefined) => row && versionFromRow(row);

  const add = (bucket: BucketRow, version: NewVersion, deleteMarker: boolean): Change => {
    const versionId = bucket.versioning === 'Enabled' ? createVersionId() : NULL_VERSION;
    const replaced = versionId === NULL_VERSION ? find.get(bucket.name, version.key, NULL_VERSION) : undefined;
    if (replaced !== undefined) erase.run(replaced.id);
    if (replaced?.latest !== 1) dethrone.run(bucket.name, version.key);
    insert.run({
      ...version,
      versionId,
      deleteMarker: deleteMarker ? 1 : 0,
      file: version.file ?? null,
      attributes: JSON.stringify(version.attributes),
      tags: tagsToText(version.tags),
    });
    return { version: { ...version, versionId, latest: true, deleteMarker }, retired: fileOf(replaced?.file) };
  };

  return {
    latest: (bucket, key) => read(latest.get(bucket, key)),
    find: (bucket, key, versionId) => read(find.get(bucket, key, versionId)),
    put: (bucket, version) => add(bucket, version, false),
    remove(bucket, key, id, nowMs) {
      if (bucket.versioning === 'Off') {
        const version = read(latest.get(bucket.name, key));
        if (version === undefined) return undefined;
        erase.run(version.id);
        return { version, retired: fileOf(version.file), marker: false };
      }
      const marker: NewVersion = {
        id,
        bucket: bucket.name,
        key,
        file: undefined,
        sizeBytes: 0,
        etag: '',
        modifiedMs: nowMs,
        attributes: NO_ATTRIBUTES,
        tags: [],
      };
      return { ...add(bucket, marker, true), marker: true };
    },
    erase(version) {
      erase.run(version.id);
      if (version.latest) enthrone.run(version.bucket, version.key, version.bucket, version.key);
      return fileOf(version.file);
    },
    setTags: (version, list) => void tags.run(tagsToText(list), version.id),
    hasAny: (bucket) => any.get(bucket) !== undefined,
    files: () => files.iterate(),
  };
}

const fileOf = (file: string | null | undefined): string[] => (file == null ? [] : [file]);
