/** Names and texts as Athena reads them. Every name and every text of a printed query passes through here. */
import type { TableName } from './tree.ts';

/** Words that a SELECT in Athena cannot use as a bare name (its documentation's list for SELECT statements). */
const RESERVED = new Set(
  `alter and as between by case cast constraint create cross cube current_catalog current_date current_path current_role
  current_schema current_time current_timestamp current_user deallocate delete describe distinct drop else end escape except
  execute exists extract false first for from full group grouping having in inner insert intersect into is join json_array
  json_exists json_object json_query json_table json_value last left like listagg localtime localtimestamp natural normalize
  not null of on or order outer prepare recursive right rollup select skip table then trim true uescape union unnest using
  values when where with`.split(/\s+/),
);

export function printIdentifier(name: string): string {
  return /^[a-z][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

export const printTableName = (table: TableName): string => `${printIdentifier(table.database)}.${printIdentifier(table.name)}`;

export const printText = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** A name in Hive's DDL, which Athena's CREATE EXTERNAL TABLE is written in. */
export const printHiveIdentifier = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
