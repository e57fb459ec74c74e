/** Pages of a result object, for GetQueryResults. The token is a byte offset, so that any page is found at once. */
import { createReadStream } from 'node:fs';
import type { Execution } from './run/executions.ts';

export interface ResultPage {
  /** Null where the cell is NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly next: number | undefined;
}

/** Rows of CSV from `offset`: cells are quoted, but for NULLs, which are empty. */
async function csvPage(file: string, offset: number, count: number): Promise<ResultPage> {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  let cell: number[] | undefined;
  let isQuoted = false;
  let at = offset;
  const endCell = () => {
    row.push(cell === undefined ? null : Buffer.from(cell).toString());
    cell = undefined;
  };
  for await (const chunk of createReadStream(file, { start: offset }) as AsyncIterable<Buffer>) {
    for (const byte of chunk) {
      at += 1;
      if (byte === 0x22) {
        // A quote inside quotes is doubled: the second opens again, and belongs to the cell.
        if (!isQuoted && cell !== undefined) cell.push(byte);
        isQuoted = !isQuoted;
        cell ??= [];
      } else if (isQuoted) cell?.push(byte);
      else if (byte === 0x2c) endCell();
      else if (byte === 0x0a) {
        endCell();
        rows.push(row);
        row = [];
        if (rows.length === count) return { rows, next: at };
      }
    }
  }
  return { rows, next: undefined };
}

async function textPage(file: string, offset: number, count: number): Promise<ResultPage> {
  const page = await new Promise<string>((resolve, reject) => {
    const chunks: Buffer[] = [];
    createReadStream(file)
      .on('data', (chunk) => chunks.push(chunk as Buffer))
      .on('error', reject)
      .on('end', () => resolve(Buffer.concat(chunks).toString()));
  });
  const all = page === '' ? [] : page.replace(/\n$/, '').split('\n');
  const rows = all.slice(offset, offset + count).map((line) => [line]);
  return { rows, next: offset + count < all.length ? offset + count : undefined };
}

export function resultPage(
  execution: Execution,
  file: string,
  sizeBytes: number,
  offset: number,
  count: number,
): Promise<ResultPage> {
  const read = execution.resultFormat === 'csv' ? csvPage(file, offset, count) : textPage(file, offset, count);
  return read.then((page) =>
    page.next !== undefined && page.next >= sizeBytes && execution.resultFormat === 'csv' ? { ...page, next: undefined } : page,
  );
}
