import { Command } from 'commander';
import { EXIT } from '../output/exit-codes.ts';
import { createReporter } from '../output/reporter.ts';
import { showStatus } from '../output/show-status.ts';
import { connect, type StageOptions } from '../stage/connect.ts';
import { definitionsOf, loadDefinitions } from '../stage/load-definitions.ts';
import { stageStatus } from '../stage/stage-status.ts';
import { awsOption, dataOption, definitionsOption, jsonOption, stageOption } from './shared-options.ts';

interface Options extends StageOptions {
  readonly definitions?: string;
  readonly json: boolean;
}

export const statusCommand = () =>
  new Command('status')
    .description('groups, rows, lag, completeness, consistency, quarantine, executions, last snapshot, on one screen')
    .addHelpText('after', `\nExit code ${EXIT.alarm} when something is in alarm.`)
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(definitionsOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const reporter = createReporter(options.json);
      const stage = await connect(options);
      const status = await stageStatus(stage, await loadDefinitions(definitionsOf(stage, options.definitions)));
      reporter.line(showStatus(status));
      reporter.result(status);
      if (status.alarms.length > 0) process.exitCode = EXIT.alarm;
    });
