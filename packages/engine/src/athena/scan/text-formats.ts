/** Tables over text: the OpenCSVSerde of the SageMaker SDK, delimited text, and JSON lines. */

import { castTo } from '../lower/cast.ts';
import { literal } from '../lower/scope.ts';
import { QueryError } from '../sql/query-error.ts';
import { duckType, quoted, type Type, VARCHAR } from '../sql/types.ts';
import type { DataFile } from './data-files.ts';
import type { TableColumn, TableDefinition } from './table-definition.ts';

export interface TextSource {
  readonly from: string;
  column(column: TableColumn): string;
}

const isGzip = ({ key }: DataFile) => key.endsWith('.gz');
const NEVER = '\u0001\u0002';

/** Files of one compression each. */
export const byCompression = (files: readonly DataFile[]): DataFile[][] => [...Map.groupBy(files, isGzip).values()];

const compression = (files: readonly DataFile[]) => (files[0] && isGzip(files[0]) ? 'gzip' : 'none');
const names = (files: readonly DataFile[]) => `[${files.map(({ file }) => literal(file)).join(', ')}]`;
const escapes: Readonly<Record<string, string>> = { '\\t': '\t', '\\001': '\u0001', '\\\\': '\\' };
const character = (text: string | undefined, otherwise: string) => (text === undefined ? otherwise : (escapes[text] ?? text));

interface CsvOptions {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly nullText: string;
}

function csv(table: TableDefinition, files: readonly DataFile[], options: CsvOptions): string {
  const columns = table.columns.filter((column) => !column.isPartition).map((column) => `${literal(column.name)}: 'VARCHAR'`);
  const skip = Number(table.record.input.Parameters?.['skip.header.line.count'] ?? 0);
  const given = [
    `columns = {${columns.join(', ')}}`,
    'auto_detect = false',
    'header = false',
    `skip = ${skip}`,
    'null_padding = true',
    'strict_mode = false',
    `delim = ${literal(options.delimiter)}`,
    `quote = ${literal(options.quote)}`,
    `escape = ${literal(options.escape)}`,
    `nullstr = ${literal(options.nullText)}`,
    `compression = '${compression(files)}'`,
    `filename = 'tm_file'`,
    'hive_partitioning = false',
  ];
  return `read_csv(${names(files)}, ${given.join(', ')})`;
}

/** Times are numbers in this serde: milliseconds and days. */
function openCsvColumn({ name, type }: TableColumn): string {
  const text = quoted(name);
  if (type.kind === 'timestamp') return `make_timestamp(CAST(${text} AS BIGINT) * 1000)`;
  if (type.kind === 'date') return `(DATE '1970-01-01' + CAST(${text} AS INTEGER))`;
  return fromText(text, type, false);
}

const fromText = (sql: string, type: Type, attempt: boolean) =>
  castTo({ sql, type: VARCHAR }, type, { line: 1, column: 1 }, attempt).sql;

export function textSource(table: TableDefinition, files: readonly DataFile[]): TextSource {
  const serde = table.record.input.StorageDescriptor?.SerdeInfo;
  const parameters = serde?.Parameters ?? {};
  const library = serde?.SerializationLibrary ?? '';
  if (library.endsWith('OpenCSVSerde')) {
    const options = {
      delimiter: character(parameters.separatorChar, ','),
      quote: character(parameters.quoteChar, '"'),
      escape: character(parameters.escapeChar, '\\'),
      nullText: NEVER,
    };
    return { from: csv(table, files, options), column: openCsvColumn };
  }
  if (library.endsWith('LazySimpleSerDe')) {
    const options = { delimiter: character(parameters['field.delim'], '\u0001'), quote: '', escape: '', nullText: '\\N' };
    // What does not parse is NULL to Hive.
    return { from: csv(table, files, options), column: ({ name, type }) => fromText(quoted(name), type, true) };
  }
  if (library.endsWith('JsonSerDe')) {
    const columns = table.columns
      .filter((column) => !column.isPartition)
      .map(({ name, type }) => `${literal(name)}: ${literal(duckType(type))}`);
    const options = `columns = {${columns.join(', ')}}, format = 'newline_delimited', compression = '${compression(files) === 'none' ? 'uncompressed' : 'gzip'}', filename = 'tm_file', hive_partitioning = false`;
    return { from: `read_json(${names(files)}, ${options})`, column: ({ name }) => quoted(name) };
  }
  throw new QueryError(
    'NOT_SUPPORTED',
    `The serde ${library || '(none)'} of table ${table.record.database}.${table.record.name} is not run by this engine`,
  );
}

export const isParquet = (table: TableDefinition) => {
  const storage = table.record.input.StorageDescriptor;
  return /parquet/i.test(storage?.SerdeInfo?.SerializationLibrary ?? '') || /parquet/i.test(storage?.InputFormat ?? '');
};
