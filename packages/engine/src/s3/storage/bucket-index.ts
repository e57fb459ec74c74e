import { noSuchBucket } from '../errors.ts';
import type { IndexDatabase } from './index-database.ts';

export type Versioning = 'Off' | 'Enabled' | 'Suspended';

export interface BucketRow {
  readonly name: string;
  readonly region: string;
  readonly createdMs: number;
  readonly versioning: Versioning;
  /** As it was put: it is kept and returned, not enforced. */
  readonly policy: string | undefined;
  /** JSON of the configuration that was put. */
  readonly notification: string | undefined;
}

export interface BucketIndex {
  find(name: string): BucketRow | undefined;
  /** @throws NoSuchBucket */
  require(name: string): BucketRow;
  list(): BucketRow[];
  create(row: Pick<BucketRow, 'name' | 'region' | 'createdMs'>): void;
  setVersioning(name: string, versioning: Versioning): void;
  setPolicy(name: string, policy: string | undefined): void;
  setNotification(name: string, notification: string | undefined): void;
  remove(name: string): void;
}

interface Row {
  name: string;
  region: string;
  created_ms: number;
  versioning: Versioning;
  policy: string | null;
  notification: string | null;
}

const fromRow = (row: Row): BucketRow => ({
  name: row.name,
  region: row.region,
  createdMs: row.created_ms,
  versioning: row.versioning,
  policy: row.policy ?? undefined,
  notification: row.notification ?? undefined,
});

export function createBucketIndex(database: IndexDatabase): BucketIndex {
  const find = database.prepare<[string], Row>('SELECT * FROM bucket WHERE name = ?');
  const list = database.prepare<[], Row>('SELECT * FROM bucket ORDER BY name');
  const insert = database.prepare<[string, string, number]>(
    "INSERT INTO bucket (name, region, created_ms, versioning) VALUES (?, ?, ?, 'Off')",
  );
  const versioning = database.prepare<[string, string]>('UPDATE bucket SET versioning = ? WHERE name = ?');
  const policy = database.prepare<[string | null, string]>('UPDATE bucket SET policy = ? WHERE name = ?');
  const notification = database.prepare<[string | null, string]>('UPDATE bucket SET notification = ? WHERE name = ?');
  const remove = database.prepare<[string]>('DELETE FROM bucket WHERE name = ?');

  const index: BucketIndex = {
    find(name) {
      const row = find.get(name);
      return row && fromRow(row);
    },
    require(name) {
      const row = find.get(name);
      if (row === undefined) throw noSuchBucket(name);
      return fromRow(row);
    },
    list: () => list.all().map(fromRow),
    create: (row) => void insert.run(row.name, row.region, row.createdMs),
    setVersioning: (name, state) => void versioning.run(state, name),
    setPolicy: (name, text) => void policy.run(text ?? null, name),
    setNotification: (name, text) => void notification.run(text ?? null, name),
    remove: (name) => void remove.run(name),
  };
  return index;
}
