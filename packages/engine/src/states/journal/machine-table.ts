import type { Database } from 'better-sqlite3';
import type { MachineRow, RevisionRow } from './rows.ts';

type NewRevision = Omit<RevisionRow, 'id'>;

interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface MachineTable {
  find(arn: string): MachineRow | undefined;
  /** By name. */
  list(limit: number, offset: number): MachineRow[];
  revision(id: number): RevisionRow;
  /** Creates the machine, or gives it a new revision; executions under way keep theirs. */
  save(name: string, revision: NewRevision): MachineRow;
  markDeleting(arn: string): void;
  /** With its revisions, executions, map runs and tags. */
  remove(arn: string): void;
  tags(arn: string): Tag[];
  tag(arn: string, tags: readonly Tag[]): void;
  untag(arn: string, keys: readonly string[]): void;
}

export function createMachineTable(database: Database): MachineTable {
  const find = database.prepare<[string], MachineRow>('SELECT * FROM machines WHERE arn = ?');
  const list = database.prepare<[number, number], MachineRow>('SELECT * FROM machines ORDER BY name LIMIT ? OFFSET ?');
  const revision = database.prepare<[number], RevisionRow>('SELECT * FROM revisions WHERE id = ?');
  const addRevision = database.prepare<[NewRevision]>(`
    INSERT INTO revisions (revisionId, machineArn, roleArn, createdMs, logging, tracing, definition)
    VALUES (@revisionId, @machineArn, @roleArn, @createdMs, @logging, @tracing, @definition)`);
  const upsert = database.prepare(`
    INSERT INTO machines (arn, name, status, createdMs, revision) VALUES (?, ?, 'ACTIVE', ?, ?)
    ON CONFLICT (arn) DO UPDATE SET revision = excluded.revision`);
  const markDeleting = database.prepare(`UPDATE machines SET status = 'DELETING' WHERE arn = ?`);
  // Children bear the machine's ARN with a slash and a label.
  const executionsOf = `SELECT id FROM executions WHERE machineArn = @arn OR substr(machineArn, 1, length(@arn) + 1) = @arn || '/'`;
  const removals = [
    `DELETE FROM events WHERE execution IN (${executionsOf})`,
    `DELETE FROM positions WHERE execution IN (${executionsOf})`,
    `DELETE FROM mapRuns WHERE execution IN (${executionsOf})`,
    `DELETE FROM executions WHERE id IN (${executionsOf})`,
    'DELETE FROM revisions WHERE machineArn = @arn',
    'DELETE FROM tags WHERE machineArn = @arn',
    'DELETE FROM machines WHERE arn = @arn',
  ].map((statement) => database.prepare(statement));
  const tags = database.prepare<[string], Tag>('SELECT key, value FROM tags WHERE machineArn = ? ORDER BY key');
  const tag = database.prepare('INSERT OR REPLACE INTO tags (machineArn, key, value) VALUES (?, ?, ?)');
  const untag = database.prepare('DELETE FROM tags WHERE machineArn = ? AND key = ?');

  return {
    find: (arn) => find.get(arn),
    list: (limit, offset) => list.all(limit, offset),
    revision: (id) => revision.get(id) as RevisionRow,
    save(name, row) {
      const id = Number(addRevision.run(row).lastInsertRowid);
      upsert.run(row.machineArn, name, row.createdMs, id);
      return find.get(row.machineArn) as MachineRow;
    },
    markDeleting: (arn) => void markDeleting.run(arn),
    remove(arn) {
      for (const removal of removals) removal.run({ arn });
    },
    tags: (arn) => tags.all(arn),
    tag(arn, given) {
      for (const { key, value } of given) tag.run(arn, key, value);
    },
    untag(arn, keys) {
      for (const key of keys) untag.run(arn, key);
    },
  };
}
