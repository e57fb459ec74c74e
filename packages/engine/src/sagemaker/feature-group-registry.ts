import type { FeatureStoreDatabase } from '../featurestore/feature-store-database.ts';
import type { FeatureGroup } from './feature-group.ts';

/** Every feature group, held in memory and written through. The one writer is this process. */
export interface FeatureGroupRegistry {
  /** Names are taken with their case. A deleted group is not found. */
  find(name: string): FeatureGroup | undefined;
  /** Deleted groups too, for as long as something of theirs is on its way to S3. */
  findById(id: number): FeatureGroup | undefined;
  list(): FeatureGroup[];
  insert(group: Omit<FeatureGroup, 'id'>): FeatureGroup;
  save(group: FeatureGroup): void;
  /** Hides the group and lets its online records go. */
  remove(group: FeatureGroup, nowMs: number): void;
  forget(id: number): void;
}

const arnPattern = /^arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:\d{12}:feature-group\/(.+)$/;

/** A name, or the name in a feature group's ARN. */
export const groupNameOf = (nameOrArn: string): string => arnPattern.exec(nameOrArn)?.[1] ?? nameOrArn;

export function createFeatureGroupRegistry(database: FeatureStoreDatabase): FeatureGroupRegistry {
  const byId = new Map<number, FeatureGroup>();
  const byName = new Map<string, FeatureGroup>();
  const insertRow = database.prepare('INSERT INTO feature_group (document) VALUES (?)');
  const updateRow = database.prepare('UPDATE feature_group SET document = ? WHERE id = ?');
  const deleteRow = database.prepare('DELETE FROM feature_group WHERE id = ?');
  const requestPurge = database.prepare('INSERT OR IGNORE INTO purge (group_id) VALUES (?)');

  const remember = (group: FeatureGroup) => {
    byId.set(group.id, group);
    if (!group.deleted) byName.set(group.name, group);
  };
  for (const row of database.prepare('SELECT id, document FROM feature_group').iterate() as Iterable<{
    id: number;
    document: string;
  }>) {
    remember({ ...(JSON.parse(row.document) as Omit<FeatureGroup, 'id'>), id: row.id });
  }

  const save = (group: FeatureGroup) => {
    updateRow.run(JSON.stringify(group), group.id);
    remember(group);
  };
  return {
    find: (name) => byName.get(name),
    findById: (id) => byId.get(id),
    list: () => [...byName.values()],
    insert(group) {
      const id = Number(insertRow.run(JSON.stringify(group)).lastInsertRowid);
      const inserted = { ...group, id };
      remember(inserted);
      return inserted;
    },
    save,
    remove(group, nowMs) {
      database.transaction(() => {
        updateRow.run(JSON.stringify({ ...group, deleted: true, modifiedMs: nowMs }), group.id);
        requestPurge.run(group.id);
      })();
      byId.set(group.id, { ...group, deleted: true, modifiedMs: nowMs });
      byName.delete(group.name);
    },
    forget(id) {
      deleteRow.run(id);
      byId.delete(id);
    },
  };
}
