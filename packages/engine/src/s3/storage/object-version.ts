import type { StoredChecksum } from '../checksums.ts';

/** The version id of everything that was written while versioning was off or suspended. */
export const NULL_VERSION = 'null';

export interface PartSummary {
  readonly number: number;
  readonly sizeBytes: number;
  readonly checksum: StoredChecksum | undefined;
}

/** What was said about an object when it was put, and comes back with it. */
export interface ObjectAttributes {
  /** Lower-case header name to value: content-type, content-encoding, cache-control… */
  readonly headers: Readonly<Record<string, string>>;
  /** Without the `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass?: string;
  readonly checksum?: StoredChecksum;
  /** Only for objects that were uploaded in parts. */
  readonly parts?: readonly PartSummary[];
}

export type Tags = readonly { readonly Key: string; readonly Value: string }[];

export interface ObjectVersion {
  /** Grows with every write of the store; the newest version of a key has the greatest. */
  readonly id: number;
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  readonly latest: boolean;
  readonly deleteMarker: boolean;
  /** Relative to the body store; a delete marker has none. */
  readonly file: string | undefined;
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedMs: number;
  readonly attributes: ObjectAttributes;
  readonly tags: Tags;
}

export type NewVersion = Omit<ObjectVersion, 'versionId' | 'latest' | 'deleteMarker'>;

export interface VersionRow {
  id: number;
  bucket: string;
  key: string;
  version_id: string;
  latest: number;
  delete_marker: number;
  file: string | null;
  size_bytes: number;
  etag: string;
  modified_ms: number;
  attributes: string;
  tags: string | null;
}

export const versionFromRow = (row: VersionRow): ObjectVersion => ({
  id: row.id,
  bucket: row.bucket,
  key: row.key,
  versionId: row.version_id,
  latest: row.latest === 1,
  deleteMarker: row.delete_marker === 1,
  file: row.file ?? undefined,
  sizeBytes: row.size_bytes,
  etag: row.etag,
  modifiedMs: row.modified_ms,
  attributes: JSON.parse(row.attributes) as ObjectAttributes,
  tags: row.tags === null ? [] : (JSON.parse(row.tags) as Tags),
});

export const tagsToText = (tags: Tags): string | null => (tags.length === 0 ? null : JSON.stringify(tags));
