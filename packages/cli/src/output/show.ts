/** How plans, receipts and manifests look to a person. */
import type { Change, DatasetManifest, Receipt } from '@tidemark/pipeline';
import { printTable } from './table.ts';

export const showChanges = (changes: readonly Change[]): string => changes.map(showChange).join('\n');

function showChange(change: Change): string {
  switch (change.kind) {
    case 'create':
      return `  + ${change.groupName}: create with ${change.features.length} features${showFormat(change.tableFormat)}`;
    case 'add-features':
      return `  ~ ${change.groupName}: add ${change.features.map(({ name, type }) => `${name} (${type})`).join(', ')}`;
    case 'set-ttl':
      return `  ~ ${change.groupName}: time to live ${showMs(change.fromMs)} → ${showMs(change.toMs)}`;
    case 'rebuild-windows':
      return `  ! ${change.groupName}: its windows keep something else: run \`tidemark stream rebuild\` afterwards`;
    case 'refused':
      return `  ✗ ${change.groupName}: ${change.reason}`;
    case 'unchanged':
      return `    ${change.groupName}: unchanged`;
  }
}

const FORMAT_NAME = { glue: 'Glue', iceberg: 'Iceberg' } as const;
const showFormat = (format: keyof typeof FORMAT_NAME | undefined) =>
  format === undefined ? '' : `, history in ${FORMAT_NAME[format]} format`;

const showMs = (ms: number | undefined) => (ms === undefined ? 'none' : `${ms / 1000} s`);

export function showReceipts(receipts: readonly Receipt[]): string {
  return printTable(
    ['file', 'status', 'rows', 'accepted', 'quarantined', 'reason'],
    receipts.map(({ key, status, rows, refusal, reasons }) => [
      key,
      status,
      rows.read,
      rows.accepted,
      rows.quarantined,
      refusal?.code ?? Object.keys(reasons).join(' '),
    ]),
  );
}

export function showManifest(manifest: DatasetManifest): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const from = new Map(manifest.columns.map(({ name, from }) => [name, from]));
  return [
    `Data set ${manifest.id}: ${manifest.rows.toLocaleString('en-US')} rows, one for each label, in the labels' order`,
    `  Parquet       ${manifest.location}  (${manifest.files.length} files)`,
    `  content hash  ${manifest.contentHash}`,
    `  boundary      ${manifest.semantics.boundary} the label's time, knowledge by ${manifest.semantics.knowledge}; values from the future: ${manifest.checks.futureValues}`,
    '',
    printTable(
      ['feature', 'from', 'rows with a value'],
      Object.entries(manifest.coverage).map(([name, share]) => [name, from.get(name) ?? '', percent(share)]),
    ),
  ].join('\n');
}
