import { Command } from 'commander';
import { CommandFailed } from '../output/exit-codes.ts';
import { createReporter } from '../output/reporter.ts';
import { showDrill } from '../output/show-snapshot.ts';
import { connect, type StageOptions } from '../stage/connect.ts';
import { removeShadows, runDrill } from '../stage/run-drill.ts';
import { awsOption, dataOption, groupsOption, jsonOption, stageOption } from './shared-options.ts';

const INTERRUPTED = 130;

export const drillCommand = () =>
  new Command('drill')
    .description('practise a restore: snapshot, restore into shadow groups, compare every record, measure, clean up')
    .addOption(groupsOption())
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async ({ group, ...options }: StageOptions & { group?: readonly string[]; json: boolean }) => {
      const reporter = createReporter(options.json);
      const stage = await connect(options);
      const shadows = new Set<string>();
      const interrupted = () => void removeShadows(stage, shadows).finally(() => process.exit(INTERRUPTED));
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
      const report = await runDrill(stage, group, (line) => reporter.progress(`  ${line}`), shadows);
      reporter.line(showDrill(report));
      reporter.result(report);
      if (!report.passed) throw new CommandFailed(`the drill failed: see the receipt of restore ${report.restore}`);
    });
