/** What a backfill of a range would go through, from listings and receipts alone: before anything is read or paid for. */
import { parseIsoNs, toMs } from '@tidemark/domain';
import { resolveGroup } from '../catalogue/catalogue.ts';
import { historyFiles, sumBytes } from '../catalogue/history-files.ts';
import type { Receipt } from '../ingest/ingest-plan.ts';
import { loadJson } from '../ledger/json-objects.ts';
import { dateOf, ingestIdOf, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { findBackfillFiles } from './backfill-files.ts';
import type { BackfillFile, BackfillRequest } from './backfill-plan.ts';
import { findBackfilled } from './backfill-request.ts';
import { objectOf } from './cut-backfill-file.ts';

export interface BackfillEstimate {
  readonly files: number;
  readonly bytes: number;
  /** Of all files, inside the range or not. */
  readonly rows: number;
  /** Files without a receipt: their rows are reckoned from the bytes a row that the others have. */
  readonly unknownFiles: number;
  readonly historyBytes: number;
  readonly cost: BackfillCost;
}

/** US dollars. */
export interface BackfillCost {
  readonly scan: number;
  /** If every row were written. */
  readonly writesAtMost: number;
}

/** List prices of us-east-1: Athena a terabyte scanned, at least 10 MB a query; a million write units of 1 KB. */
const PRICES = { terabyteScanned: 5, millionWriteUnits: 1.25 };
const LEAST_SCAN_BYTES = 10_000_000;
const WRITE_UNIT_BYTES = 1_024;
const READS_AT_ONCE = 16;
const UNKNOWN_ROW_BYTES = 100;

export async function estimateBackfill(
  deps: Pick<BackfillDependencies, 'definitions' | 'objects' | 'catalogue' | 'ledger' | 'rawBucket'>,
  request: Extract<BackfillRequest, { group: string }>,
): Promise<BackfillEstimate> {
  const { group, sources } = findBackfilled(deps.definitions, request.group);
  const window = { by: 'event-time', from: request.from, to: request.to } as const;
  const files = await findBackfillFiles(deps.objects, deps.rawBucket, sources, window);
  const known = await knownRows(deps, files);
  const sum = (of: readonly BackfillFile[]) => of.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
  const knownFiles = files.filter((file) => known.has(file.index));
  const readRows = [...known.values()].reduce((rows, one) => rows + one, 0);
  const rowBytes = readRows === 0 ? UNKNOWN_ROW_BYTES : Math.max(1, sum(knownFiles) / readRows);
  const rows = readRows + Math.ceil((sum(files) - sum(knownFiles)) / rowBytes);
  const { offline } = resolveGroup(await deps.catalogue(), group);
  const [fromMs, untilMs] = [window.from, window.to].map((time) => toMs(parseIsoNs(time) ?? 0n)) as [number, number];
  const scanned = offline === undefined ? 0 : await sumBytes(historyFiles(deps.objects, offline, { fromMs, toMs: untilMs }));
  return {
    files: files.length,
    bytes: sum(files),
    rows,
    unknownFiles: files.length - knownFiles.length,
    historyBytes: scanned,
    cost: { scan: scanCost(scanned), writesAtMost: writeCost(rows, rowBytes) },
  };
}

export const scanCost = (bytes: number): number => (Math.max(bytes, LEAST_SCAN_BYTES) / 1e12) * PRICES.terabyteScanned;
export const writeCost = (rows: number, rowBytes = 0): number =>
  ((rows * Math.max(1, Math.ceil(rowBytes / WRITE_UNIT_BYTES))) / 1e6) * PRICES.millionWriteUnits;

/** File → rows, of those whose ingest has a receipt. */
async function knownRows(
  deps: Pick<BackfillDependencies, 'objects' | 'ledger' | 'rawBucket'>,
  files: readonly BackfillFile[],
): Promise<Map<number, number>> {
  const known = new Map<number, number>();
  for (let at = 0; at < files.length; at += READS_AT_ONCE) {
    await Promise.all(
      files.slice(at, at + READS_AT_ONCE).map(async (file) => {
        const key = ledgerKeys.receipt(dateOf(file.lastModifiedMs), ingestIdOf(objectOf(deps, file), 0));
        const receipt = await loadJson<Receipt>(deps.objects, deps.ledger, key);
        if (receipt?.status === 'sealed' || receipt?.status === 'refused') known.set(file.index, receipt.rows.read);
      }),
    );
  }
  return known;
}
