import type { TableName } from '@tidemark/sql';
import type { OfflineTable } from './catalogue.ts';

/** A history as the plans of `@tidemark/sql` take it. */
export interface HistoryTable {
  readonly table: TableName;
  /** Whether it shows the partition columns year, month, day and hour. */
  readonly partitioned: boolean;
}

/**
 * Which table a query reads a history through.
 *
 * Bounded below, it names the few hours it reads, and the projected table finds them without a listing. Unbounded that would have
 * to try every hour since the first year: there the service's own table is cheaper, which lists the files that exist. A history
 * in Iceberg format has only its own table, whose metadata tell which files hold which event times.
 */
export function historyTable(offline: OfflineTable, { bounded }: { readonly bounded: boolean }): HistoryTable {
  return bounded && offline.tableFormat !== 'iceberg'
    ? { table: { database: offline.projectedDatabase, name: offline.projectedTable }, partitioned: true }
    : { table: { database: offline.database, name: offline.table }, partitioned: false };
}
