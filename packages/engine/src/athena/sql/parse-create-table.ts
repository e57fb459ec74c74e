/** Hive's CREATE EXTERNAL TABLE, as far as Athena takes it. */

import { qualifiedName } from './parse-relation.ts';
import { parseType } from './parse-type.ts';
import { unsupported } from './query-error.ts';
import type { TokenStream } from './token-stream.ts';

export interface HiveColumn {
  readonly name: string;
  /** As written: Glue keeps Hive's spelling. */
  readonly type: string;
  readonly comment?: string;
}

export interface RowFormat {
  readonly serde: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface CreateTable {
  readonly kind: 'create-table';
  readonly name: readonly string[];
  readonly ifNotExists: boolean;
  readonly columns: readonly HiveColumn[];
  readonly partitionKeys: readonly HiveColumn[];
  readonly comment?: string;
  readonly rowFormat?: RowFormat;
  readonly storedAs?: string;
  readonly formats?: { readonly input: string; readonly output: string };
  readonly location: string;
  readonly properties: Readonly<Record<string, string>>;
}

export const LAZY_SIMPLE = 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe';

export function parseCreateTable(tokens: TokenStream): CreateTable {
  tokens.expect('table');
  const ifNotExists = tokens.take('if', 'not', 'exists');
  const name = qualifiedName(tokens);
  const columns = columnList(tokens);
  const comment = tokens.take('comment') ? tokens.expectString() : undefined;
  const partitionKeys = tokens.take('partitioned', 'by') ? columnList(tokens) : [];
  if (tokens.is('clustered')) throw unsupported('CLUSTERED BY', tokens.at);
  const rowFormat = tokens.take('row', 'format') ? rowFormatClause(tokens) : undefined;
  let storedAs: string | undefined;
  let formats: CreateTable['formats'];
  if (tokens.take('stored', 'as')) {
    if (tokens.take('inputformat')) {
      const input = tokens.expectString();
      tokens.expect('outputformat');
      formats = { input, output: tokens.expectString() };
    } else storedAs = tokens.expectName();
  }
  tokens.expect('location');
  const location = tokens.expectString();
  const properties = tokens.take('tblproperties') ? textProperties(tokens) : {};
  return {
    kind: 'create-table',
    name,
    ifNotExists,
    columns,
    partitionKeys,
    location,
    properties,
    ...(comment !== undefined && { comment }),
    ...(rowFormat && { rowFormat }),
    ...(storedAs !== undefined && { storedAs }),
    ...(formats && { formats }),
  };
}

function columnList(tokens: TokenStream): HiveColumn[] {
  return tokens.parenthesised(() =>
    tokens.list(() => {
      const name = tokens.expectName();
      const { start } = tokens.peek();
      parseType(tokens);
      const type = tokens.text.slice(start, tokens.peek(-1).end).toLowerCase();
      const comment = tokens.take('comment') ? tokens.expectString() : undefined;
      return { name, type, ...(comment !== undefined && { comment }) };
    }),
  );
}

function rowFormatClause(tokens: TokenStream): RowFormat {
  if (tokens.take('serde')) {
    const serde = tokens.expectString();
    return { serde, parameters: tokens.take('with', 'serdeproperties') ? textProperties(tokens) : {} };
  }
  tokens.expect('delimited');
  const parameters: Record<string, string> = {};
  for (;;) {
    if (tokens.take('fields', 'terminated', 'by')) parameters['field.delim'] = tokens.expectString();
    else if (tokens.take('lines', 'terminated', 'by')) parameters['line.delim'] = tokens.expectString();
    else if (tokens.is('escaped') || tokens.is('collection') || tokens.is('map') || tokens.is('null'))
      throw unsupported(`ROW FORMAT DELIMITED ${tokens.peek().text.toUpperCase()} …`, tokens.at);
    else return { serde: LAZY_SIMPLE, parameters };
  }
}

/** Hive takes double quotes around text too; the SageMaker SDK writes them. */
const hiveString = (tokens: TokenStream) => (tokens.peek().kind === 'quoted' ? tokens.next().text : tokens.expectString());

function textProperties(tokens: TokenStream): Record<string, string> {
  const properties: Record<string, string> = {};
  tokens.parenthesised(() =>
    tokens.list(() => {
      const name = hiveString(tokens);
      tokens.expectSymbol('=');
      properties[name] = hiveString(tokens);
    }),
  );
  return properties;
}
