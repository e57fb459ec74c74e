import { dateOf } from '@tidemark/pipeline';
import { Command } from 'commander';
import { createReporter } from '../output/reporter.ts';
import { printTable } from '../output/table.ts';
import { connect, type StageOptions } from '../stage/connect.ts';
import { quarantineOf } from '../stage/ledger-views.ts';
import { awsOption, dataOption, jsonOption, stageOption } from './shared-options.ts';

export const quarantineCommand = () =>
  new Command('quarantine').description('rows and files that were refused').addCommand(listCommand());

const listCommand = () =>
  new Command('list')
    .description('what was refused on a day: file, line, field and reason')
    .option('--date <yyyy-mm-dd>', 'day on which the files were written, UTC (default: today)')
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async (options: StageOptions & { date?: string; json: boolean }) => {
      const reporter = createReporter(options.json);
      const date = options.date ?? dateOf(Date.now());
      const lines = await quarantineOf(await connect(options), date);
      reporter.line(
        lines.length === 0
          ? `Nothing was refused on ${date}.`
          : printTable(
              ['file', 'line', 'field', 'reason', 'what is wrong'],
              lines.map(({ key, line, row, field, code, message }) => [
                key,
                row < 0 ? 'file' : line > 0 ? String(line) : `row ${row}`,
                field ?? '',
                code,
                message,
              ]),
            ),
      );
      reporter.result(lines);
    });
