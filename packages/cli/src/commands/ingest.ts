import { basename } from 'node:path';
import { TidemarkError } from '@tidemark/domain';
import { Command } from 'commander';
import { CommandFailed } from '../output/exit-codes.ts';
import { createReporter } from '../output/reporter.ts';
import { showReceipts } from '../output/show.ts';
import { type ConnectedStage, connect, type StageOptions } from '../stage/connect.ts';
import { definitionsOf, loadDefinitions } from '../stage/load-definitions.ts';
import { followIngest, ingestAgain, upload } from '../stage/upload.ts';
import { awsOption, dataOption, definitionsOption, jsonOption, stageOption } from './shared-options.ts';

interface Options extends StageOptions {
  readonly source?: string;
  readonly key?: string;
  readonly again: boolean;
  readonly definitions?: string;
  readonly json: boolean;
}

export const ingestCommand = () =>
  new Command('ingest')
    .description('upload files and follow them to their receipts')
    .argument('<file...>', 'files to upload; with --again, keys of objects that are in the raw bucket already')
    .option('--source <name>', 'put the files under the prefix of this source (default: the source whose prefix is in the path)')
    .option('--key <key>', 'put the one file under this key')
    .option('--again', 'ingest objects again that were ingested before', false)
    .addOption(definitionsOption())
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async (files: string[], options: Options) => {
      const reporter = createReporter(options.json);
      const stage = await connect(options);
      const uploads = [];
      for (const file of files) {
        uploads.push(
          options.again ? await again(stage, file) : await upload(stage, file, await keyFor(stage, file, files.length, options)),
        );
      }
      const receipts = await Promise.all(uploads.map((one) => followIngest(stage, one)));
      reporter.line(showReceipts(receipts));
      reporter.result(receipts);
      const refused = receipts.filter(({ status }) => status === 'refused');
      if (refused.length > 0)
        throw new CommandFailed(`${refused.length} of ${receipts.length} files were refused: see \`tidemark quarantine list\``);
    });

/** Where a file goes: under `--key`, under the prefix of `--source`, or as its own path says, when a source's prefix is in it. */
async function keyFor(
  stage: ConnectedStage,
  file: string,
  count: number,
  { key, source, definitions }: Options,
): Promise<string> {
  if (key !== undefined && count === 1) return key;
  const { sources } = await loadDefinitions(definitionsOf(stage, definitions));
  const named = sources.find((one) => one.name === source);
  if (named !== undefined) return `${named.prefix}${basename(file)}`;
  const path = `/${file.replaceAll('\\', '/')}`;
  const placed = source === undefined ? sources.find((one) => path.includes(`/${one.prefix}`)) : undefined;
  if (placed !== undefined) return path.slice(path.lastIndexOf(`/${placed.prefix}`) + 1);
  throw new TidemarkError(
    'REQUEST_MALFORMED',
    `say where the file belongs: --source ${sources.map((one) => one.name).join('|')}, --key for one file, or a path that has a prefix of theirs in it`,
  );
}

async function again(stage: ConnectedStage, key: string) {
  const bucket = stage.names.bucket('raw');
  for await (const object of stage.objects.listVersions(bucket, key)) {
    if (object.key === key) return ingestAgain(stage, { bucket, key, versionId: object.versionId, attempt: 0 });
  }
  throw new TidemarkError('FILE_VANISHED', `there is no object ${key} in ${bucket}`);
}
