import { basename } from 'node:path';
import { TidemarkError } from '@tidemark/domain';
import { Command } from 'commander';
import { CommandFailed } from '../output/exit-codes.ts';
import { createReporter } from '../output/reporter.ts';
import { showReceipts } from '../output/show.ts';
import { connect, type ConnectedStage, type StageOptions } from '../stage/connect.ts';
import { loadDefinitions } from '../stage/load-definitions.ts';
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
    .option('--source <name>', 'put the files under the prefix of this source')
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
        uploads.push(options.again ? await again(stage, file) : await upload(stage, file, await keyFor(file, files.length, options)));
      }
      const receipts = await Promise.all(uploads.map((one) => followIngest(stage, one)));
      reporter.line(showReceipts(receipts));
      reporter.result(receipts);
      const refused = receipts.filter(({ status }) => status === 'refused');
      if (refused.length > 0) throw new CommandFailed(`${refused.length} of ${receipts.length} files were refused: see \`tidemark quarantine list\``);
    });

async function keyFor(file: string, count: number, { key, source, definitions }: Options): Promise<string> {
  if (key !== undefined && count === 1) return key;
  const sources = (await loadDefinitions(definitions)).sources;
  const found = sources.find((one) => one.name === source);
  if (found === undefined) {
    throw new TidemarkError('REQUEST_MALFORMED', `say where the file belongs: --source ${sources.map((one) => one.name).join('|')}, or --key for one file`);
  }
  return `${found.prefix}${basename(file)}`;
}

async function again(stage: ConnectedStage, key: string) {
  const bucket = stage.names.bucket('raw');
  for await (const object of stage.objects.listVersions(bucket, key)) {
    if (object.key === key) return ingestAgain(stage, { bucket, key, versionId: object.versionId, attempt: 0 });
  }
  throw new TidemarkError('FILE_VANISHED', `there is no object ${key} in ${bucket}`);
}
