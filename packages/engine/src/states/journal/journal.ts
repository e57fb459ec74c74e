/**
 * The durable memory of Step Functions: one SQLite file in WAL mode.
 *
 * Every commit survives the death of the process. Two strengths are told apart for the death of the machine:
 * `flushed` (synchronous FULL) for what a caller is told or an operator sees as final: a start, a stop, a terminal status;
 * `ordered` (synchronous NORMAL, no fsync) for the steps in between. A WAL is a log read back up to its last whole
 * commit, and a flush covers all that stands before it, so what is left is always a prefix of what happened: at worst
 * a finished task is invoked once more, which at-least-once allows and a lost start would not.
 */
import Database from 'better-sqlite3';
import { createEventTable, type EventTable } from './event-table.ts';
import { createExecutionTable, type ExecutionTable } from './execution-table.ts';
import { createMachineTable, type MachineTable } from './machine-table.ts';
import { createMapRunTable, type MapRunTable } from './map-run-table.ts';
import { createPositionTable, type PositionTable } from './position-table.ts';
import { tables } from './tables.ts';

export type Durability = 'flushed' | 'ordered';

export interface Journal {
  readonly machines: MachineTable;
  readonly executions: ExecutionTable;
  readonly events: EventTable;
  readonly positions: PositionTable;
  readonly mapRuns: MapRunTable;
  /** Everything that `change` writes, or nothing of it. */
  write<T>(durability: Durability, change: () => T): T;
  close(): void;
}

export function openJournal(file: string): Journal {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.exec(tables);
  const transaction = database.transaction((change: () => unknown) => change());
  let current: Durability = 'ordered';

  return {
    machines: createMachineTable(database),
    executions: createExecutionTable(database),
    events: createEventTable(database),
    positions: createPositionTable(database),
    mapRuns: createMapRunTable(database),
    write<T>(durability: Durability, change: () => T): T {
      if (durability !== current) {
        database.pragma(`synchronous = ${durability === 'flushed' ? 'FULL' : 'NORMAL'}`);
        current = durability;
      }
      return transaction.immediate(change) as T;
    },
    close: () => database.close(),
  };
}
