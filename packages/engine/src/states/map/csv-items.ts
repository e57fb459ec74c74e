/** Rows of CSV (RFC 4180) as objects of strings. Missing fields are empty, fields beyond the header are left out, as on AWS. */
import type { ItemReader } from '../asl/definition.ts';
import type { Json } from '../asl/json.ts';
import { StatesError } from '../asl/states-error.ts';

const DELIMITERS: Readonly<Record<string, string>> = {
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  SPACE: ' ',
  TAB: '\t',
};

export async function* readCsvItems(
  chunks: AsyncIterable<string>,
  config: NonNullable<ItemReader['ReaderConfig']>,
): AsyncGenerator<Json> {
  const delimiter = DELIMITERS[config.CSVDelimiter ?? 'COMMA'];
  if (delimiter === undefined) throw failure(`There is no CSVDelimiter '${config.CSVDelimiter}'.`);
  let header = config.CSVHeaderLocation === 'GIVEN' ? config.CSVHeaders : undefined;
  for await (const row of readRows(chunks, delimiter)) {
    if (header === undefined) header = row;
    else yield Object.fromEntries(header.map((name, i) => [name, row[i] ?? '']));
  }
}

async function* readRows(chunks: AsyncIterable<string>, delimiter: string): AsyncGenerator<string[]> {
  let row: string[] = [];
  let field = '';
  /** `closed` after a quote inside quotes: the end of the field, or the first half of a doubled quote. */
  let quotes: 'none' | 'open' | 'closed' = 'none';
  let isFirst = true;
  const isBlank = () => row.length === 0 && field === '' && quotes === 'none';

  for await (const chunk of chunks) {
    const text = isFirst ? chunk.replace(/^\uFEFF/, '') : chunk;
    isFirst = false;
    for (const char of text) {
      if (quotes === 'open') {
        if (char === '"') quotes = 'closed';
        else field += char;
      } else if (char === '"' && quotes === 'closed') {
        field += char;
        quotes = 'open';
      } else if (char === '"' && field === '') quotes = 'open';
      else if (char === delimiter) {
        row.push(field);
        field = '';
        quotes = 'none';
      } else if (char === '\n') {
        if (!isBlank()) yield [...row, withoutReturn(field)];
        row = [];
        field = '';
        quotes = 'none';
      } else field += char;
    }
  }
  if (quotes === 'open') throw failure('A quoted field of the CSV does not end.');
  if (!isBlank()) yield [...row, withoutReturn(field)];
}

function withoutReturn(field: string): string {
  return field.endsWith('\r') ? field.slice(0, -1) : field;
}

function failure(reason: string): StatesError {
  return new StatesError('States.ItemReaderFailed', reason);
}
