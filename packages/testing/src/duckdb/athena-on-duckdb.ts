/**
 * Just enough Trino for the text of our plans to run on DuckDB, so that a property can execute it hundreds of times.
 *
 * Binary values are their hex text here: `to_utf8` stays bytes, `md5` answers hex anyway, and `to_hex` only has to raise it.
 */
import type { DuckDBConnection } from '@duckdb/node-api';

const PREPARATION = [
  'SET integer_division = true',
  "SET default_null_order = 'nulls_last'",
  'CREATE OR REPLACE MACRO from_iso8601_timestamp(s) AS CAST(s AS TIMESTAMP)',
  'CREATE OR REPLACE MACRO to_unixtime(ts) AS epoch(ts)',
  'CREATE OR REPLACE MACRO to_utf8(s) AS encode(s)',
  'CREATE OR REPLACE MACRO to_hex(s) AS upper(s)',
  'CREATE OR REPLACE MACRO to_ieee754_64(x) AS hex(CAST(CAST(x AS BIT) AS BLOB))',
  "CREATE OR REPLACE MACRO from_base(s, radix) AS CASE WHEN radix = 16 THEN CAST('0x' || s AS BIGINT) END",
];

export async function prepareForAthena(connection: DuckDBConnection): Promise<void> {
  for (const statement of PREPARATION) await connection.run(statement);
}

/** max_by gives NULL when the value at the greatest key is NULL; DuckDB's max_by skips it, arg_max_null does not. */
export const athenaOnDuckDb = (text: string): string => text.replaceAll('max_by(', 'arg_max_null(');
