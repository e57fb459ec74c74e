import { listSnapshots } from '@tidemark/pipeline';
import { Command, InvalidArgumentError } from 'commander';
import { createReporter } from '../output/reporter.ts';
import { showSnapshot, showSnapshots } from '../output/show-snapshot.ts';
import { connect, type StageOptions } from '../stage/connect.ts';
import { takeSnapshot, timedId } from '../stage/run-snapshot.ts';
import { waiting } from '../stage/waiting.ts';
import { awsOption, dataOption, groupsOption, jsonOption, stageOption } from './shared-options.ts';

interface TakeOptions extends StageOptions {
  readonly group?: readonly string[];
  readonly asOf?: string;
  readonly name?: string;
  readonly json: boolean;
}

export const snapshotCommand = () =>
  new Command('snapshot')
    .description('the live records of each group, as the online store held them, with counts and hashes')
    .addOption(groupsOption())
    .option('--as-of <time>', 'an earlier instant, UTC ISO-8601 (default: as late as the offline delay allows)')
    .option('--name <id>', 'name of the snapshot (default: made from the time)')
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async ({ group, asOf, name = timedId(), ...options }: TakeOptions) => {
      const reporter = createReporter(options.json);
      const request = { ...(group === undefined ? {} : { groups: group }), ...(asOf === undefined ? {} : { asOf }) };
      const manifest = await takeSnapshot(await connect(options), name, request, (line) => reporter.progress(`  ${line}`));
      reporter.line(showSnapshot(manifest));
      reporter.result(manifest);
    });

const DAYS = 35;

function parseDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > 400) throw new InvalidArgumentError('days are a whole number from 1 to 400');
  return days;
}

export const snapshotsCommand = () =>
  new Command('snapshots')
    .description('the snapshots that there are, the newest first')
    .option('--days <number>', 'how many days back to look', parseDays, DAYS)
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async ({ days, ...options }: StageOptions & { days: number; json: boolean }) => {
      const reporter = createReporter(options.json);
      const stage = await connect(options);
      const manifests = await listSnapshots(stage.objects, stage.names.bucket('ledger'), { nowMs: waiting.nowMs(), days });
      reporter.line(manifests.length === 0 ? `No snapshots in the last ${days} days.` : showSnapshots(manifests));
      reporter.result(
        manifests.map(({ id, createdAt, asOf, rows, contentHash }) => ({ id, createdAt, asOf, rows, contentHash })),
      );
    });
