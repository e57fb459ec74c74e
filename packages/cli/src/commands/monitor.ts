import { INCONSISTENCY_KINDS, loadInconsistencies, loadReports, type MonitorRequest } from '@tidemark/pipeline';
import { Command, Option } from 'commander';
import { CommandFailed } from '../output/exit-codes.ts';
import { createReporter } from '../output/reporter.ts';
import { showInconsistencies } from '../output/show-status.ts';
import { connect, type StageOptions } from '../stage/connect.ts';
import { followExecution } from '../stage/follow-execution.ts';
import { timedId } from '../stage/run-snapshot.ts';
import { waiting } from '../stage/waiting.ts';
import { awsOption, dataOption, groupsOption, jsonOption, stageOption } from './shared-options.ts';

interface RunOptions extends StageOptions {
  readonly group?: readonly string[];
  readonly full: boolean;
  readonly entities?: number;
  readonly scanLimit?: number;
  readonly json: boolean;
}

export const monitorCommand = () =>
  new Command('monitor')
    .description('hold the online store against the history now, and say what differs')
    .addOption(groupsOption())
    .option('--full', 'the whole history instead of the last hours', false)
    .option('--entities <number>', 'entities that are compared, per group', Number)
    .option('--scan-limit <bytes>', 'refuse to read more history than this, per group', Number)
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async ({ group, full, entities, scanLimit, ...options }: RunOptions) => {
      const reporter = createReporter(options.json);
      const stage = await connect(options);
      const request: MonitorRequest = {
        scope: full ? 'full' : 'recent',
        ...(group === undefined ? {} : { groups: group }),
        ...(entities === undefined ? {} : { entities }),
        ...(scanLimit === undefined ? {} : { scanLimitBytes: scanLimit }),
      };
      const id = timedId();
      await stage.executions.start('monitor', id, request);
      await followExecution(stage, 'monitor', id, `monitor ${id}`, (line) => reporter.progress(`  ${line}`));
      await show({ ...options, run: id }, reporter);
    });

interface ListOptions extends StageOptions {
  readonly run?: string;
  readonly group?: readonly string[];
  readonly kind?: string;
  readonly json: boolean;
}

const DAYS = 8;

export const inconsistenciesCommand = () =>
  new Command('inconsistencies')
    .description('what the last comparison of the two stores found: which features, how they differ, where to look')
    .option('--run <name>', 'execution of monitor (default: the newest)')
    .addOption(groupsOption())
    .addOption(new Option('--kind <kind>', 'only this kind').choices([...INCONSISTENCY_KINDS]))
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action((options: ListOptions) => show(options, createReporter(options.json)));

async function show(options: ListOptions, reporter: ReturnType<typeof createReporter>): Promise<void> {
  const stage = await connect(options);
  const ledger = stage.names.bucket('ledger');
  const reports = await loadReports(stage.objects, ledger, { nowMs: waiting.nowMs(), days: DAYS });
  const report = options.run === undefined ? reports[0] : reports.find(({ id }) => id === options.run);
  if (report === undefined)
    throw new CommandFailed(
      options.run === undefined ? 'monitor has not run yet: see `tidemark monitor`' : `there is no run ${options.run}`,
    );
  const lines = (await loadInconsistencies(stage.objects, ledger, report)).filter(
    ({ group, kind }) => (options.group?.includes(group) ?? true) && kind === (options.kind ?? kind),
  );
  const compared = report.groups.reduce((sum, one) => sum + (one.outcome === 'compared' ? one.entities.compared : 0), 0);
  reporter.line(
    lines.length === 0
      ? `Nothing differs: run ${report.id} of ${report.finishedAt}, ${compared.toLocaleString('en-US')} entities compared.`
      : showInconsistencies(lines),
  );
  reporter.result({ run: report.id, finishedAt: report.finishedAt, groups: report.groups, inconsistencies: lines });
}
