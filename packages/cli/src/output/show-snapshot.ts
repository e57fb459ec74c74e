/** How snapshots, restores and drills look to a person. */
import type { RestoreReceipt, SnapshotManifest } from '@tidemark/pipeline';
import type { DrillReport } from '../stage/run-drill.ts';
import { printTable } from './table.ts';

const count = (value: number) => value.toLocaleString('en-US');
const MIB = 2 ** 20;

export function showSnapshot(manifest: SnapshotManifest): string {
  return [
    `Snapshot ${manifest.id}: ${count(manifest.rows)} live records as of ${manifest.asOf}`,
    `  Parquet       ${manifest.location}`,
    `  content hash  ${manifest.contentHash}`,
    `  why then      the history is complete up to ${manifest.offlineDelaySeconds} s before ${manifest.createdAt}`,
    '',
    printTable(
      ['group', 'records', 'parts', 'MiB', 'content hash'],
      manifest.groups.map(({ group, rows, parts, sizeBytes, contentHash }) => [
        group,
        rows,
        parts.length,
        (sizeBytes / MIB).toFixed(1),
        contentHash.slice(0, 16),
      ]),
    ),
    ...manifest.notCovered.map(({ group, reason }) => `Not in it: ${group}: ${reason}.`),
  ].join('\n');
}

export const showSnapshots = (manifests: readonly SnapshotManifest[]): string =>
  printTable(
    ['snapshot', 'as of', 'records', 'groups', 'content hash'],
    manifests.map(({ id, asOf, rows, groups, contentHash }) => [id, asOf, rows, groups.length, contentHash.slice(0, 16)]),
  );

export function showRestore(receipt: RestoreReceipt): string {
  const lines = [
    `Restore ${receipt.id}: snapshot ${receipt.snapshot}, as of ${receipt.asOf}, into the online store only`,
    '',
    printTable(
      ['group', 'records', 'written', 'equal', 'newer', 'expired', 'hidden', 'unequal', 'hash'],
      receipt.groups.map((one) => [
        one.target,
        one.rows,
        one.written,
        one.equal,
        one.newer,
        one.expired,
        one.hidden,
        one.unequal,
        one.contentHash === one.snapshotHash ? 'equal' : 'differs',
      ]),
    ),
  ];
  for (const { stream, status } of receipt.windows)
    lines.push(`Windows of stream ${stream}: made again from the event history: ${status}`);
  if (receipt.counts.newer > 0 && !receipt.exact)
    lines.push('Newer online values were left as they are; --exact takes them back.');
  if (receipt.counts.hidden > 0) lines.push('Hidden records were deleted after the snapshot; --exact brings them back.');
  return lines.join('\n');
}

export function showDrill(report: DrillReport): string {
  const { counts } = report;
  const seconds = (value: number) => `${value.toFixed(1)} s`;
  return [
    `Drill ${report.passed ? 'passed' : 'FAILED'}: ${count(counts.equal)} of ${count(counts.rows)} records came back equal, ${count(counts.expired)} had expired, ${count(counts.rows - counts.equal - counts.expired)} did not come back`,
    `  recovery time   ${seconds(report.recoveryTimeSeconds)} from nothing to the last record read back (${count(Math.round(counts.rows / report.recoveryTimeSeconds))} records/s)`,
    `  recovery point  ${seconds(report.recoveryPointSeconds)} behind when the snapshot was there: ${report.offlineDelaySeconds} s offline delay, ${seconds(report.snapshotSeconds)} to take it`,
    '                  and up to a day more, since the schedule takes one a day',
    `  groups          ${report.groups.join(', ')}, as of ${report.asOf}; the shadow groups are removed`,
    ...report.notCovered.map(({ group, reason }) => `Not drilled: ${group}: ${reason}.`),
  ].join('\n');
}
