import type { IndexDatabase } from './index-database.ts';
import type { RowSource } from './listing.ts';
import { type ObjectVersion, type VersionRow, versionFromRow } from './object-version.ts';

/** The rows that listings walk over. */
export interface VersionListing {
  /** What a plain listing shows: the latest versions that are no delete markers. */
  current(bucket: string): RowSource<ObjectVersion>;
  /** Every version and delete marker. */
  versions(bucket: string): RowSource<ObjectVersion>;
}

/** Above every key: no UTF-8 text sorts after a BLOB in SQLite. */
const NO_END = Buffer.alloc(0);

export function createVersionListing(database: IndexDatabase): VersionListing {
  const statement = (filter: string) =>
    database.prepare<[string, string, string, number, string | Buffer, number], VersionRow>(
      `SELECT * FROM version WHERE bucket = ? AND key >= ? AND NOT (key = ? AND id >= ?) AND key < ? ${filter} LIMIT ?`,
    );
  const current = statement('AND latest = 1 AND delete_marker = 0 ORDER BY key');
  const versions = statement('ORDER BY key, id DESC');
  const source =
    (rows: typeof current, bucket: string): RowSource<ObjectVersion> =>
    (from, end, limit) =>
      rows.all(bucket, from.key, from.key, from.belowId, end ?? NO_END, limit).map(versionFromRow);

  return {
    current: (bucket) => source(current, bucket),
    versions: (bucket) => source(versions, bucket),
  };
}
