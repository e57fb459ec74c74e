import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsvRow } from './csv-row.ts';

/** What csv-parse makes of one row: its fields, or undefined where it throws or sees no row at all. */
function reference(row: string): string[] | undefined {
  try {
    const rows: string[][] = parse(row, { relax_column_count: true, record_delimiter: '\n' });
    return rows.length === 1 ? rows[0] : undefined;
  } catch {
    return undefined;
  }
}

const piece = fc.constantFrom('"', '""', ',', 'a', 'ü', ' ', '\r', '7.5', '"b"', '"c,d"');

describe('parseCsvRow', () => {
  it('agrees with csv-parse on any row, refusals included', () => {
    const rows = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(rows, (row) => {
        expect(parseCsvRow(row)).toEqual(reference(row));
      }),
      { numRuns: 3_000 },
    );
  });

  it('gives back any fields that were quoted by RFC 4180, line feeds included', () => {
    const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (fields) => {
        expect(parseCsvRow(fields.map(quoted).join(','))).toEqual(fields);
      }),
    );
  });
});
