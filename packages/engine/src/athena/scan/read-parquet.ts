/** Parquet columns as the table declares them. A physical type that Athena would refuse is refused here too. */
import { QueryError } from '../sql/query-error.ts';
import { duckType, isInteger, quoted, type Type, typeName } from '../sql/types.ts';
import type { ParquetColumn, ParquetShape } from './parquet-shapes.ts';
import type { TableColumn } from './table-definition.ts';

function isCompatible({ physical, logical }: ParquetColumn, type: Type): boolean {
  if (physical === '') return type.kind === 'array' || type.kind === 'map' || type.kind === 'row';
  if (isInteger(type)) return physical === 'INT32' || physical === 'INT64';
  switch (type.kind) {
    case 'boolean':
      return physical === 'BOOLEAN';
    case 'real':
      return physical === 'FLOAT';
    case 'double':
      return physical === 'DOUBLE' || physical === 'FLOAT';
    case 'varchar':
    case 'varbinary':
      return physical === 'BYTE_ARRAY' && !/DECIMAL/i.test(logical);
    case 'date':
      return physical === 'INT32' && /DATE/i.test(logical);
    case 'timestamp':
      return physical === 'INT96' || (physical === 'INT64' && /TIMESTAMP/i.test(logical));
    case 'decimal':
      return /DECIMAL/i.test(logical) || physical === 'INT32' || physical === 'INT64';
    default:
      return true;
  }
}

/** A Hive timestamp is read at milliseconds, rounded; INT96 and instants come as other DuckDB types. */
function timestampSql(sql: string, { physical, logical }: ParquetColumn): string {
  const isInstant = /isAdjustedToUTC=(?:1|true)/i.test(logical) || (physical === 'INT64' && !/isAdjustedToUTC/i.test(logical));
  const naive = isInstant ? `make_timestamp(epoch_us(${sql}))` : `CAST(${sql} AS TIMESTAMP)`;
  return /TIMESTAMP_MILLIS|MILLIS=Milli/i.test(logical)
    ? naive
    : `date_trunc('millisecond', ${naive} + INTERVAL 500 MICROSECOND)`;
}

export function parquetColumn(column: TableColumn, shape: ParquetShape, key: string): string {
  const found = shape.find(({ name }) => name === column.name) ?? shape.find(({ name }) => name.toLowerCase() === column.name);
  const type = duckType(column.type);
  if (!found) return `CAST(NULL AS ${type})`;
  if (!isCompatible(found, column.type)) {
    throw new QueryError(
      'HIVE_BAD_DATA',
      `Field ${column.name}'s type ${found.physical || 'group'} in parquet file ${key} is incompatible with type ${typeName(column.type)} defined in table schema`,
    );
  }
  const sql = quoted(found.name);
  return column.type.kind === 'timestamp' ? timestampSql(sql, found) : `CAST(${sql} AS ${type})`;
}
