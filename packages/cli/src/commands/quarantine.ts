import { dateOf } from '@tidemark/pipeline';
import { Command } from 'commander';
import { createReporter } from '../output/reporter.ts';
import { printTable } from '../output/table.ts';
import { connect, type StageOptions } from '../stage/connect.ts';
import { quarantineOf, streamQuarantineOf } from '../stage/ledger-views.ts';
import { awsOption, dataOption, jsonOption, stageOption } from './shared-options.ts';

export const quarantineCommand = () =>
  new Command('quarantine').description('rows, files and events that were refused').addCommand(listCommand());

const listCommand = () =>
  new Command('list')
    .description('what was refused on a day: file and line, or stream and record, field and reason')
    .option('--date <yyyy-mm-dd>', 'day on which files were written and events arrived, UTC (default: today)')
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async (options: StageOptions & { date?: string; json: boolean }) => {
      const reporter = createReporter(options.json);
      const date = options.date ?? dateOf(Date.now());
      const stage = await connect(options);
      const [lines, events] = [await quarantineOf(stage, date), await streamQuarantineOf(stage, date)];
      if (lines.length + events.length === 0) reporter.line(`Nothing was refused on ${date}.`);
      if (lines.length > 0) {
        const rows = lines.map(({ key, line, row, field, code, message }) => [
          key,
          row < 0 ? 'file' : line > 0 ? String(line) : `row ${row}`,
          field ?? '',
          code,
          message,
        ]);
        reporter.line(printTable(['file', 'line', 'field', 'reason', 'what is wrong'], rows));
      }
      if (events.length > 0) {
        const rows = events.map(({ stream, source, arrivedAt, sequenceNumber, field, code, message }) => [
          stream,
          source ?? '',
          arrivedAt,
          sequenceNumber,
          field ?? '',
          code,
          message,
        ]);
        const columns = ['stream', 'source', 'arrived', 'sequence number', 'field', 'reason', 'what is wrong'];
        reporter.line(printTable(columns, rows));
      }
      reporter.result([...lines, ...events]);
    });
