import type { ChecksumType, StoredChecksum } from '../checksums.ts';
import type { IndexDatabase } from './index-database.ts';
import { type ObjectAttributes, type Tags, tagsToText } from './object-version.ts';

export interface Upload {
  readonly uploadId: string;
  readonly bucket: string;
  readonly key: string;
  readonly startedMs: number;
  readonly attributes: ObjectAttributes;
  readonly tags: Tags;
  readonly checksumAlgorithm: string | undefined;
  readonly checksumType: ChecksumType | undefined;
}

export interface Part {
  readonly number: number;
  readonly file: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly modifiedMs: number;
  readonly checksum: StoredChecksum | undefined;
}

/** Uploads in parts that were started and neither completed nor aborted. Changes belong inside a commit. */
export interface UploadIndex {
  create(upload: Upload): void;
  find(bucket: string, key: string, uploadId: string): Upload | undefined;
  /** All of a bucket whose key starts with `prefix`, by key and then upload id. */
  list(bucket: string, prefix: string): Upload[];
  /** In order of their numbers. */
  parts(uploadId: string): Part[];
  /** Returns the body that this part replaces. */
  putPart(uploadId: string, part: Part): string[];
  /** Returns the bodies of its parts. */
  remove(uploadId: string): string[];
}

interface UploadRow {
  upload_id: string;
  bucket: string;
  key: string;
  started_ms: number;
  attributes: string;
  tags: string | null;
  checksum_algorithm: string | null;
  checksum_type: ChecksumType | null;
}

interface PartRow {
  number: number;
  file: string;
  size_bytes: number;
  etag: string;
  modified_ms: number;
  checksum: string | null;
}

const uploadFromRow = (row: UploadRow): Upload => ({
  uploadId: row.upload_id,
  bucket: row.bucket,
  key: row.key,
  startedMs: row.started_ms,
  attributes: JSON.parse(row.attributes) as ObjectAttributes,
  tags: row.tags === null ? [] : (JSON.parse(row.tags) as Tags),
  checksumAlgorithm: row.checksum_algorithm ?? undefined,
  checksumType: row.checksum_type ?? undefined,
});

const partFromRow = (row: PartRow): Part => ({
  number: row.number,
  file: row.file,
  sizeBytes: row.size_bytes,
  etag: row.etag,
  modifiedMs: row.modified_ms,
  checksum: row.checksum === null ? undefined : (JSON.parse(row.checksum) as StoredChecksum),
});

export function createUploadIndex(database: IndexDatabase): UploadIndex {
  const insert = database.prepare('INSERT INTO upload VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const find = database.prepare<[string, string, string], UploadRow>(
    'SELECT * FROM upload WHERE upload_id = ? AND bucket = ? AND key = ?',
  );
  const list = database.prepare<[string], UploadRow>('SELECT * FROM upload WHERE bucket = ? ORDER BY key, upload_id');
  const remove = database.prepare<[string]>('DELETE FROM upload WHERE upload_id = ?');
  const parts = database.prepare<[string], PartRow>('SELECT * FROM part WHERE upload_id = ? ORDER BY number');
  const part = database.prepare<[string, number], PartRow>('SELECT * FROM part WHERE upload_id = ? AND number = ?');
  const putPart = database.prepare('INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?, ?, ?, ?)');

  return {
    create: (upload) =>
      void insert.run(
        upload.uploadId,
        upload.bucket,
        upload.key,
        upload.startedMs,
        JSON.stringify(upload.attributes),
        tagsToText(upload.tags),
        upload.checksumAlgorithm ?? null,
        upload.checksumType ?? null,
      ),
    find(bucket, key, uploadId) {
      const row = find.get(uploadId, bucket, key);
      return row && uploadFromRow(row);
    },
    list: (bucket, prefix) =>
      list
        .all(bucket)
        .filter((row) => row.key.startsWith(prefix))
        .map(uploadFromRow),
    parts: (uploadId) => parts.all(uploadId).map(partFromRow),
    putPart(uploadId, next) {
      const replaced = part.get(uploadId, next.number);
      putPart.run(
        uploadId,
        next.number,
        next.file,
        next.sizeBytes,
        next.etag,
        next.modifiedMs,
        next.checksum === undefined ? null : JSON.stringify(next.checksum),
      );
      return replaced === undefined ? [] : [replaced.file];
    },
    remove(uploadId) {
      const files = parts.all(uploadId).map((row) => row.file);
      remove.run(uploadId);
      return files;
    },
  };
}
