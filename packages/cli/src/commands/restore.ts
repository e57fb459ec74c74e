import { TidemarkError } from '@tidemark/domain';
import { listSnapshots, type RestoreRequest, requireSnapshot } from '@tidemark/pipeline';
import { Command } from 'commander';
import { createReporter } from '../output/reporter.ts';
import { showRestore } from '../output/show-snapshot.ts';
import { type ConnectedStage, connect, type StageOptions } from '../stage/connect.ts';
import { createShadows, restoreSnapshot, timedId } from '../stage/run-snapshot.ts';
import { waiting } from '../stage/waiting.ts';
import { awsOption, dataOption, groupsOption, jsonOption, stageOption } from './shared-options.ts';

interface Options extends StageOptions {
  readonly group?: readonly string[];
  readonly into?: string;
  readonly exact: boolean;
  readonly json: boolean;
}

export const restoreCommand = () =>
  new Command('restore')
    .description('write a snapshot back into the online store and read every record back; history stays as it is')
    .argument('<snapshot>', 'its id, or `latest`')
    .addOption(groupsOption())
    .option('--into <suffix>', 'write into groups of their own, whose names end in this; made where they are missing')
    .option('--exact', 'take newer online values back as well: hard delete, then put', false)
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async (snapshot: string, { group, into, exact, ...options }: Options) => {
      const reporter = createReporter(options.json);
      const stage = await connect(options);
      const id = snapshot === 'latest' ? await latest(stage) : snapshot;
      if (into !== undefined) {
        const manifest = await requireSnapshot(stage.objects, stage.names.bucket('datasets'), id);
        const wanted = manifest.groups.filter((one) => group?.includes(one.group) ?? true);
        for (const created of await createShadows(stage, wanted, into)) reporter.progress(`  created ${created}, online only`);
      }
      const request: RestoreRequest = {
        snapshot: id,
        exact,
        ...(group === undefined ? {} : { groups: group }),
        ...(into === undefined ? {} : { into }),
      };
      const receipt = await restoreSnapshot(stage, timedId(), request, (line) => reporter.progress(`  ${line}`));
      reporter.line(showRestore(receipt));
      reporter.result(receipt);
    });

const DAYS = 35;

async function latest(stage: ConnectedStage): Promise<string> {
  const found = await listSnapshots(stage.objects, stage.names.bucket('ledger'), { nowMs: waiting.nowMs(), days: DAYS });
  if (found[0] === undefined)
    throw new TidemarkError(
      'SNAPSHOT_UNKNOWN',
      `there is no snapshot of the last ${DAYS} days: take one with \`tidemark snapshot\``,
    );
  return found[0].id;
}
