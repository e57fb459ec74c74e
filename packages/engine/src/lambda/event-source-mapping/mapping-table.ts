import Database from 'better-sqlite3';
import type { EventSourceMappingSpec } from './mapping-spec.ts';

export interface MappingRow {
  readonly uuid: string;
  /** A mapping that was made through Lambda's API has its uuid as its name. */
  readonly spec: EventSourceMappingSpec;
  readonly streamId: number;
  readonly enabled: boolean;
  readonly modifiedMs: number;
}

export interface Checkpoint {
  /** The sequence number of the first record that has not been delivered. */
  readonly position: string;
  /** Whether the shard is closed and all of it has been delivered. */
  readonly isDone: boolean;
}

/** Mappings and how far each has come in each shard. Durable when a call returns: WAL with FULL. */
export interface MappingTable {
  all(): MappingRow[];
  checkpoints(uuid: string): Map<string, Checkpoint>;
  /** Mapping and first checkpoints in one commit. */
  add(row: MappingRow, checkpoints: ReadonlyMap<string, Checkpoint>): void;
  save(row: MappingRow): void;
  saveCheckpoint(uuid: string, shardId: string, checkpoint: Checkpoint): void;
  remove(uuid: string): void;
  close(): void;
}

export function openMappingTable(file: string): MappingTable {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(`
    CREATE TABLE IF NOT EXISTS mapping (
      uuid TEXT PRIMARY KEY, spec TEXT NOT NULL, streamId INTEGER NOT NULL, enabled INTEGER NOT NULL,
      modifiedMs INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS checkpoint (
      uuid TEXT NOT NULL, shardId TEXT NOT NULL, position TEXT NOT NULL, isDone INTEGER NOT NULL,
      PRIMARY KEY (uuid, shardId)) STRICT, WITHOUT ROWID;`);
  const all = db.prepare('SELECT * FROM mapping ORDER BY uuid');
  const checkpoints = db.prepare('SELECT shardId, position, isDone FROM checkpoint WHERE uuid = ?');
  const put = db.prepare('INSERT OR REPLACE INTO mapping VALUES (?, ?, ?, ?, ?)');
  const putCheckpoint = db.prepare('INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?, ?)');
  const removeMapping = db.prepare('DELETE FROM mapping WHERE uuid = ?');
  const removeCheckpoints = db.prepare('DELETE FROM checkpoint WHERE uuid = ?');

  const save = ({ uuid, spec, streamId, enabled, modifiedMs }: MappingRow) =>
    void put.run(uuid, JSON.stringify(spec), streamId, enabled ? 1 : 0, Math.floor(modifiedMs));
  const saveCheckpoint = (uuid: string, shardId: string, { position, isDone }: Checkpoint) =>
    void putCheckpoint.run(uuid, shardId, position, isDone ? 1 : 0);

  return {
    all: () =>
      (all.all() as (Omit<MappingRow, 'spec' | 'enabled'> & { spec: string; enabled: number })[]).map((row) => ({
        ...row,
        spec: JSON.parse(row.spec),
        enabled: row.enabled === 1,
      })),
    checkpoints: (uuid) =>
      new Map(
        (checkpoints.all(uuid) as { shardId: string; position: string; isDone: number }[]).map((row) => [
          row.shardId,
          { position: row.position, isDone: row.isDone === 1 },
        ]),
      ),
    add: db.transaction((row: MappingRow, first: ReadonlyMap<string, Checkpoint>) => {
      save(row);
      for (const [shardId, checkpoint] of first) saveCheckpoint(row.uuid, shardId, checkpoint);
    }),
    save,
    saveCheckpoint,
    remove: db.transaction((uuid: string) => {
      removeMapping.run(uuid);
      removeCheckpoints.run(uuid);
    }),
    close: () => void db.close(),
  };
}
