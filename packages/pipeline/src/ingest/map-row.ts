import { encodeRecord, type FeatureRecord, isRefusal, type Refusal, refuse, type Source } from '@tidemark/domain';
import type { RawRow } from '../files/read-chunk.ts';
import { typeRow } from '../files/type-row.ts';
import type { ObjectRef } from '../ports/object-store.ts';
import type { QuarantineLine } from './ingest-plan.ts';

/** A raw row → a record, or why not. The mapping is the user's own code: what it throws is a refusal of the row. */
export function mapRow(source: Source, row: RawRow): FeatureRecord | Refusal {
  if ('refusal' in row) return row.refusal;
  const typed = typeRow(source, row.fields);
  if (isRefusal(typed)) return typed;
  let mapped: Readonly<Record<string, unknown>>;
  try {
    mapped = source.map(typed.row as never);
  } catch {
    return refuse('ROW_MAPPING_FAILED', `the mapping of source ${source.name} threw`);
  }
  return encodeRecord(source.group, mapped);
}

export function quarantineLine(
  { bucket, key, versionId }: ObjectRef,
  row: RawRow,
  refusal: Refusal,
  raw: Uint8Array | undefined,
): QuarantineLine {
  return {
    bucket,
    key,
    versionId,
    line: row.line,
    row: row.row,
    code: refusal.code,
    field: refusal.field,
    message: refusal.message,
    raw: raw === undefined ? undefined : Buffer.from(raw).toString('base64'),
  };
}

/** The line of a file that was refused as a whole. */
export const quarantinedFile = ({ bucket, key, versionId }: ObjectRef, refusal: Refusal | undefined): QuarantineLine => ({
  bucket,
  key,
  versionId: versionId || undefined,
  line: 0,
  row: -1,
  code: refusal?.code ?? 'FILE_UNDECODABLE',
  field: refusal?.field,
  message: refusal?.message ?? 'the file cannot be read',
  raw: undefined,
});

export const printQuarantine = (lines: readonly QuarantineLine[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');

export function countReasons(refused: readonly QuarantineLine[]): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { code } of refused) reasons[code] = (reasons[code] ?? 0) + 1;
  return reasons;
}

/** Sums the reasons in the order of their codes, so that a receipt is the same text whatever the chunks' order. */
export function addReasons(results: readonly { readonly reasons: Readonly<Record<string, number>> }[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const code of [...new Set(results.flatMap((one) => Object.keys(one.reasons)))].sort()) {
    total[code] = results.reduce((count, one) => count + (one.reasons[code] ?? 0), 0);
  }
  return total;
}
