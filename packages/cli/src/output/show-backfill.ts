/** How backfills look to a person. */
import { type BackfillEstimate, type BackfillReceipt, scanCost, writeCost } from '@tidemark/pipeline';
import { printTable } from './table.ts';

const count = (value: number) => value.toLocaleString('en-US');
const dollars = (value: number) => `$${value < 0.01 ? value.toFixed(5) : value.toFixed(2)}`;
const MIB = 2 ** 20;
const mib = (bytes: number) => `${(bytes / MIB).toFixed(1)} MiB`;

export function showEstimate(group: string, estimate: BackfillEstimate): string {
  const unknown =
    estimate.unknownFiles === 0 ? '' : `; of ${count(estimate.unknownFiles)} files without a receipt reckoned from their bytes`;
  return [
    `A backfill of ${group} would`,
    `  read     ${count(estimate.files)} files, ${mib(estimate.bytes)}: about ${count(estimate.rows)} rows, inside the range or not${unknown}`,
    `  scan     ${mib(estimate.historyBytes)} of history, about ${dollars(estimate.cost.scan)}`,
    `  write    what is absent or changed: at most ${dollars(estimate.cost.writesAtMost)}; --dry-run tells how many rows that is`,
  ].join('\n');
}

export const showBackfills = (receipts: readonly BackfillReceipt[]): string =>
  printTable(
    ['group', 'window', 'rows read', 'quarantined', 'unchanged', 'written', 'execution'],
    receipts.map(({ id, group, window, rows }) => [
      group,
      `${window.by === 'arrival' ? 'arrived' : 'of'} ${window.from} – ${window.to}`,
      rows.read,
      rows.quarantined,
      rows.unchanged + rows.superseded,
      rows.written,
      id,
    ]),
  );

export function showBackfill(receipt: BackfillReceipt): string {
  const { rows, found, writes, files, window } = receipt;
  const isDry = receipt.status === 'dry-run';
  const what = window.by === 'arrival' ? 'files that arrived' : 'event times';
  const lines = [
    `${isDry ? 'Dry run of a backfill' : 'Backfill'} ${receipt.id} of ${receipt.group}: ${what} from ${window.from} to ${window.to}`,
    '',
    printTable(
      ['rows read', 'outside', 'quarantined', 'unchanged', 'superseded', isDry ? 'to write' : 'written'],
      [[rows.read, rows.outside, rows.quarantined, rows.unchanged, rows.superseded, rows.written]],
    ),
    '',
    `  files    ${count(files.read)}, ${mib(files.bytes)}${files.refused === 0 ? '' : `; ${count(files.refused)} of them refused as a whole`}`,
    `  history  ${mib(receipt.scannedBytes)} scanned, about ${dollars(scanCost(receipt.scannedBytes))}`,
    `  ${isDry ? 'to write' : 'written '} ${count(found.absent)} absent, ${count(found.changed)} changed; ${count(writes.online)} to both stores, ${count(writes.offlineOnly)} to history only, about ${dollars(writeCost(rows.written))}`,
  ];
  if (receipt.states !== undefined)
    lines.push(
      `  windows  of ${count(receipt.states.entities)} entities made again, ${count(receipt.states.changed)} of them changed`,
    );
  const reasons = Object.entries(receipt.reasons).map(([code, times]) => `${code} ${count(times)}`);
  return [...lines, ...(reasons.length === 0 ? [] : [`  refused  ${reasons.join(', ')}`])].join('\n');
}
