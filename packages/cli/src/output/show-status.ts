/** How the state of a stage and its inconsistencies look to a person: one screen. */
import type { Inconsistency } from '@tidemark/pipeline';
import type { GroupStatus, StageStatus } from '../stage/stage-status.ts';
import { printTable } from './table.ts';

const NOTHING = '–';
const percent = (share: number | undefined) => (share === undefined ? NOTHING : `${(share * 100).toFixed(1)} %`);

function duration(seconds: number | undefined): string {
  if (seconds === undefined) return NOTHING;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

const number = (count: number | undefined) => (count === undefined ? NOTHING : count.toLocaleString('en-US'));

export function showStatus(status: StageStatus): string {
  const { stage, at, groups, running, failed, snapshot, alarms } = status;
  return [
    `Stage ${stage} at ${at}`,
    '',
    printTable(
      ['group', 'offline rows', 'online', 'lag', 'newest', 'complete', 'consistent', 'quarantined', 'compared'],
      groups.map(groupRow),
    ),
    '',
    `running    ${running.length === 0 ? 'nothing' : running.map(({ machine, name }) => `${machine} ${name}`).join(', ')}`,
    `failed     ${failed.length === 0 ? 'nothing in the last 24 hours' : failed.map((one) => `${one.executions} × ${one.machine}`).join(', ')}`,
    `snapshot   ${snapshot === undefined ? 'none' : `${snapshot.id}: ${number(snapshot.rows)} rows as of ${snapshot.asOf}`}`,
    ...(alarms.length === 0
      ? ['alarms     none']
      : [
          '',
          'In alarm:',
          ...alarms.map((one) => `  ${one.name}: ${round(one.value)}, the threshold is ${one.threshold}. ${one.description}`),
        ]),
  ].join('\n');
}

const round = (value: number) => Number(value.toFixed(2));

function groupRow({ group, offlineRows, ingest, comparison, comparedAt }: GroupStatus): string[] {
  const compared = comparison?.outcome === 'compared' ? comparison : undefined;
  const online = compared?.onlineRecords;
  return [
    group,
    number(offlineRows),
    online === undefined ? NOTHING : `${online.isWhole ? '' : '≥ '}${number(online.listed)}`,
    duration(ingest?.ingestionLagSeconds),
    duration(compared?.eventLagSeconds),
    percent(compared?.completeness?.share),
    comparison?.outcome === 'failed' ? comparison.error : consistency(compared?.consistency, compared?.isWhole),
    ingest === undefined ? NOTHING : `${number(ingest.rows.quarantined)} rows, ${ingest.refusedFiles} files`,
    comparedAt === undefined ? 'not yet' : `${comparedAt.slice(0, 16)}Z`,
  ];
}

const consistency = (found: { rate: number; low: number; high: number } | undefined, isWhole: boolean | undefined): string =>
  found === undefined || isWhole === true
    ? percent(found?.rate)
    : `${percent(found.rate)} (${percent(found.low)} to ${percent(found.high)})`;

export const showInconsistencies = (lines: readonly Inconsistency[]): string =>
  printTable(
    ['group', 'kind', 'features', 'entity', 'history', 'online', 'where to look'],
    lines.map(({ group, kind, features, entity, historyTime, onlineTime, look }) => [
      group,
      kind,
      features.join(' '),
      entity ?? 'a whole hour',
      historyTime ?? NOTHING,
      onlineTime ?? NOTHING,
      look.partition ?? NOTHING,
    ]),
  );
