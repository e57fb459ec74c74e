import { listFailures, type RebuildReceipt, type RebuildRequest, rebuildKeys } from '@tidemark/pipeline';
import { Command } from 'commander';
import { createReporter, type Reporter } from '../../output/reporter.ts';
import { printTable } from '../../output/table.ts';
import { type ConnectedStage, connect, type StageOptions } from '../../stage/connect.ts';
import { followExecution } from '../../stage/follow-execution.ts';
import { awsOption, dataOption, jsonOption, stageOption } from '../shared-options.ts';
import { findStream, streamOption } from './stream-option.ts';

interface Options extends StageOptions {
  readonly stream: string;
  readonly force: boolean;
  readonly json: boolean;
}

export const rebuildCommand = () =>
  common('rebuild', 'make the states of windows again from the event history, while the stream stands still')
    .option('--entity <key...>', 'only these, by their canonical key (default: all)')
    .action(async (options: Options & { readonly entity?: readonly string[] }) => {
      const reporter = createReporter(options.json);
      const stage = await connect(options);
      await findStream(stage, options.stream);
      const id = newId('rebuild');
      const entitiesKey = options.entity && (await putEntities(stage, id, options.entity));
      await run(stage, reporter, id, { ...base(options, 'rebuild'), ...(entitiesKey === undefined ? {} : { entitiesKey }) });
    });

export const redriveCommand = () =>
  common('redrive', 'take up batches that were given up: each event is decided by the event history, as when it came').action(
    async (options: Options) => {
      const reporter = createReporter(options.json);
      const stage = await connect(options);
      await findStream(stage, options.stream);
      if (!(await hasFailures(stage))) {
        reporter.line('Nothing waits to be redriven.');
        return reporter.result({ failures: null });
      }
      await run(stage, reporter, newId('redrive'), base(options, 'redrive'));
    },
  );

const common = (name: string, description: string) =>
  new Command(name)
    .description(description)
    .addOption(streamOption())
    .option('--force', 'let states forget events that the history does not have', false)
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption());

const base = ({ stream, force }: Options, mode: RebuildRequest['mode']): RebuildRequest => ({ stream, mode, force });

const newId = (mode: string) => `${mode}-${new Date().toISOString().replace(/[-:.]/g, '')}`;

/** Apart from the input of the execution, which others may read: keys are not for everybody. */
async function putEntities({ objects, names }: ConnectedStage, id: string, entities: readonly string[]): Promise<string> {
  const key = `${rebuildKeys.all(id)}entities.json`;
  await objects.put(names.bucket('work'), key, JSON.stringify(entities));
  return key;
}

async function hasFailures({ objects, names }: ConnectedStage): Promise<boolean> {
  for await (const _ of listFailures(objects, names.bucket('ledger'))) return true;
  return false;
}

async function run(stage: ConnectedStage, reporter: Reporter, id: string, request: RebuildRequest): Promise<void> {
  await stage.executions.start('rebuild-windows', id, request);
  const receipt = await followExecution<RebuildReceipt>(stage, 'rebuild-windows', id, `${request.mode} ${id}`, (line) =>
    reporter.progress(`  ${line}`),
  );
  reporter.line(showReceipt(receipt));
  reporter.result(receipt);
}

function showReceipt({ groups, failures }: RebuildReceipt): string {
  const rows = Object.entries(groups).map(([name, one]) => [
    name,
    one.entities,
    one.changed,
    one.rows,
    one.accepted,
    one.duplicates,
    Object.values(one.refused).reduce((sum, count) => sum + count, 0),
  ]);
  return [
    ...(failures === undefined
      ? []
      : [
          `${failures.objects.length} batches with ${failures.records} records taken up, ${failures.direct} written as records${failures.left > 0 ? `; ${failures.left} batches wait for the next redrive` : ''}`,
        ]),
    printTable(['group', 'entities', 'of them changed', 'from events', 'accepted', 'duplicates', 'refused'], rows),
  ].join('\n');
}
