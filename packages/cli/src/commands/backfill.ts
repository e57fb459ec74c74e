import { createCatalogueReader, dateOf, estimateBackfill, findBackfilled, parseBackfillRequest } from '@tidemark/pipeline';
import { Command } from 'commander';
import { createReporter } from '../output/reporter.ts';
import { showBackfill, showBackfills, showEstimate } from '../output/show-backfill.ts';
import { confirm } from '../stage/confirm.ts';
import { type ConnectedStage, connect, type StageOptions } from '../stage/connect.ts';
import { runBackfill } from '../stage/follow-backfill.ts';
import { backfillsOf } from '../stage/ledger-views.ts';
import { definitionsOf, loadDefinitions } from '../stage/load-definitions.ts';
import { timedId } from '../stage/run-snapshot.ts';
import { waiting } from '../stage/waiting.ts';
import { awsOption, dataOption, definitionsOption, jsonOption, stageOption } from './shared-options.ts';

interface Options extends StageOptions {
  readonly group: string;
  readonly from: string;
  readonly to: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly definitions?: string;
  readonly json: boolean;
}

export const backfillCommand = () =>
  new Command('backfill')
    .description('send the raw files of a range through the definition of today again; what the history lacks is written')
    .requiredOption('--group <name>', 'group to backfill, by logical name')
    .requiredOption('--from <time>', 'first event time, UTC ISO-8601 or a day such as 2026-01-31')
    .requiredOption('--to <time>', 'end of the event times, not included')
    .option('--dry-run', 'do everything but the writing, and say what it would be', false)
    .option('--yes', 'do not ask', false)
    .addOption(definitionsOption())
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async ({ group, dryRun, yes, json, ...options }: Options) => {
      const reporter = createReporter(json);
      const stage = await connect(options);
      const definitions = await loadDefinitions(definitionsOf(stage, options.definitions));
      const range = { group, from: midnight(options.from), to: midnight(options.to) };
      const request = parseBackfillRequest(definitions, { ...range, dryRun });
      if (!dryRun && !yes) {
        const isOfFiles = findBackfilled(definitions, group).stream === undefined;
        reporter.line(
          isOfFiles
            ? showEstimate(group, await estimateBackfill({ ...placeOf(stage), definitions }, range))
            : `The windows of ${group} are made again from their event history; their stream stands still meanwhile.`,
        );
        if (!(await confirm('Go on?', json))) return reporter.line('Nothing was done.');
      }
      const id = `${group.slice(0, MOST_NAME)}-${timedId()}`;
      const receipts = await runBackfill(stage, id, request, (line) => reporter.progress(`  ${line}`));
      for (const receipt of receipts) reporter.line(`\n${showBackfill(receipt)}`);
      reporter.result(receipts[0]);
    });

export const backfillsCommand = () =>
  new Command('backfills')
    .description('what the backfills of a day read and wrote')
    .option('--date <yyyy-mm-dd>', 'day on which they were started, UTC (default: today)')
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async (options: StageOptions & { date?: string; json: boolean }) => {
      const reporter = createReporter(options.json);
      const date = options.date ?? dateOf(waiting.nowMs());
      const receipts = await backfillsOf(await connect(options), date);
      reporter.line(receipts.length === 0 ? `No backfill of ${date} is sealed.` : showBackfills(receipts));
      reporter.result(receipts);
    });

/** With the time behind it an execution's name, which may have 80 characters. */
const MOST_NAME = 55;

const midnight = (time: string) => (/^\d{4}-\d{2}-\d{2}$/.test(time) ? `${time}T00:00:00Z` : time);

function placeOf({ objects, names }: ConnectedStage) {
  const ledger = names.bucket('ledger');
  return { objects, ledger, rawBucket: names.bucket('raw'), catalogue: createCatalogueReader(objects, ledger, waiting.nowMs) };
}
