/** Labels and the event history of a windowed group in DuckDB, in a schema of their own: `labels`, `events`. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { EVENT_COLUMNS, type WindowedGroup } from '@tidemark/domain';
import type { SentEvent } from '../oracle/windows.ts';
import { createTable } from './scenario-tables.ts';

export interface WindowLabel {
  readonly row: bigint;
  /** In the unit of the plan. */
  readonly time: bigint;
  readonly key: string | null;
}

const SQL_TYPE = { text: 'VARCHAR', integer: 'BIGINT', decimal: 'BIGINT', number: 'DOUBLE' } as const;

export async function createEventTables(
  connection: DuckDBConnection,
  schema: string,
  group: WindowedGroup,
  stored: { readonly events: readonly SentEvent[]; readonly labels: readonly WindowLabel[] },
): Promise<void> {
  await connection.run(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await connection.run(`CREATE SCHEMA ${schema}`);
  await createTable(connection, schema, 'labels', {
    columns: { label_row: 'BIGINT', label_time: 'BIGINT', sensor: 'VARCHAR' },
    rows: stored.labels.map(({ row, time, key }) => [row, time, key]),
  });
  const fields = Object.entries(group.windowed.fields);
  await createTable(connection, schema, 'events', {
    columns: {
      [EVENT_COLUMNS.entity]: 'VARCHAR',
      [EVENT_COLUMNS.id]: 'VARCHAR',
      event_time: 'VARCHAR',
      [EVENT_COLUMNS.arrived]: 'BIGINT',
      ...Object.fromEntries(fields.map(([name, field]) => [name, SQL_TYPE[field.kind]])),
      is_deleted: 'BOOLEAN',
    },
    rows: stored.events.map((event) => [
      event.entity,
      event.id,
      new Date(event.timeMs).toISOString(),
      BigInt(event.arrivedMs),
      ...fields.map(([name, { kind }]) => {
        const value = event.values[name] ?? null;
        return value === null || kind === 'text' || kind === 'number' ? value : BigInt(value);
      }),
      false,
    ]),
  });
}
