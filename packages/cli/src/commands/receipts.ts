import { dateOf } from '@tidemark/pipeline';
import { Command } from 'commander';
import { createReporter } from '../output/reporter.ts';
import { showReceipts } from '../output/show.ts';
import { connect, type StageOptions } from '../stage/connect.ts';
import { receiptsOf } from '../stage/ledger-views.ts';
import { awsOption, dataOption, jsonOption, stageOption } from './shared-options.ts';

export const receiptsCommand = () =>
  new Command('receipts')
    .description('the receipts of a day')
    .option('--date <yyyy-mm-dd>', 'day on which the files were written, UTC (default: today)')
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async (options: StageOptions & { date?: string; json: boolean }) => {
      const reporter = createReporter(options.json);
      const date = options.date ?? dateOf(Date.now());
      const receipts = await receiptsOf(await connect(options), date);
      reporter.line(receipts.length === 0 ? `No receipts on ${date}.` : showReceipts(receipts));
      reporter.result(receipts);
    });
