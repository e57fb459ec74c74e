import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { TidemarkError } from '@tidemark/domain';
import type { DatasetManifest, DatasetRequest } from '@tidemark/pipeline';
import { Command, Option } from 'commander';
import { createReporter } from '../output/reporter.ts';
import { showManifest } from '../output/show.ts';
import { type ConnectedStage, connect, type StageOptions } from '../stage/connect.ts';
import { buildDataset } from '../stage/follow-dataset.ts';
import { upload } from '../stage/upload.ts';
import { awsOption, dataOption, jsonOption, stageOption } from './shared-options.ts';

interface BuildOptions extends StageOptions {
  readonly view: string;
  readonly labels: string;
  readonly labelTime: string;
  readonly key: Record<string, string>;
  readonly boundary: 'before' | 'at-or-before';
  readonly knowledge: 'event-time' | 'arrival-time';
  readonly scanLimit?: string;
  readonly name?: string;
  readonly json: boolean;
}

export const datasetCommand = () =>
  new Command('dataset')
    .description('training sets that cannot see the future')
    .addCommand(buildCommand())
    .addCommand(showCommand());

const buildCommand = () =>
  new Command('build')
    .description('join labels with what was known at their time')
    .requiredOption('--view <name>', 'view whose features are joined')
    .requiredOption('--labels <file|s3://…>', 'labels: a local file, an object, or a prefix; CSV, JSON lines or Parquet')
    .option('--label-time <column>', 'column that holds the moment to look from', 'label_time')
    .option('--key <key=column>', 'column that holds a key of the view, where the names differ', collectPair, {})
    .addOption(
      new Option('--boundary <which>', "whether a value at the label's very time is known")
        .choices(['before', 'at-or-before'])
        .default('before'),
    )
    .addOption(
      new Option('--knowledge <which>', 'by event time, or what the store would really have answered')
        .choices(['event-time', 'arrival-time'])
        .default('event-time'),
    )
    .option('--scan-limit <bytes>', 'refuse to scan more history than this')
    .option('--name <id>', 'name of the data set (default: made from the view and the time)')
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async (options: BuildOptions) => {
      const reporter = createReporter(options.json);
      const stage = await connect(options);
      const id =
        options.name ??
        `${options.view}-${new Date().toISOString().replace(/[-:]/g, '').slice(0, 15)}-${Math.random().toString(36).slice(2, 6)}`;
      const request: DatasetRequest = {
        view: options.view,
        labels: await labelsUri(stage, options.labels),
        labelTime: options.labelTime,
        keys: options.key,
        boundary: options.boundary,
        knowledge: options.knowledge,
        ...(options.scanLimit === undefined ? {} : { scanLimitBytes: Number(options.scanLimit) }),
      };
      const manifest = await buildDataset(stage, id, request, (state) => reporter.progress(`  ${state}`));
      reporter.line(showManifest(manifest));
      reporter.result(manifest);
    });

const showCommand = () =>
  new Command('show')
    .description('the manifest of a data set')
    .argument('<id>', 'name of the data set')
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async (id: string, options: StageOptions & { json: boolean }) => {
      const reporter = createReporter(options.json);
      const stage = await connect(options);
      const body = await stage.objects.read({ bucket: stage.names.bucket('datasets'), key: `datasets/${id}/_manifest.json` });
      if (body === undefined) throw new TidemarkError('MANIFEST_UNKNOWN', `there is no data set ${id}`);
      const manifest = JSON.parse(Buffer.from(body).toString('utf8')) as DatasetManifest;
      reporter.line(showManifest(manifest));
      reporter.result(manifest);
    });

/** A local file is put beside the raw files first, under a prefix that no source has. */
async function labelsUri(stage: ConnectedStage, labels: string): Promise<string> {
  if (labels.startsWith('s3://')) return labels;
  if (!existsSync(labels)) throw new TidemarkError('PIT_LABELS_NOT_FOUND', `there is no file ${labels}`, { field: 'labels' });
  const key = `labels/${basename(labels)}`;
  const bucket = stage.names.bucket('work');
  await upload(stage, labels, key, bucket);
  return `s3://${bucket}/${key}`;
}

function collectPair(text: string, pairs: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at <= 0) throw new TidemarkError('PIT_OPTION_INVALID', '--key is given as key=column');
  return { ...pairs, [text.slice(0, at)]: text.slice(at + 1) };
}
