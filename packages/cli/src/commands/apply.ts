import { applyDefinitions, assertApplicable, planApply } from '@tidemark/pipeline';
import { Command } from 'commander';
import { createReporter } from '../output/reporter.ts';
import { showChanges } from '../output/show.ts';
import { ensureBundles } from '../stage/bundle-stage.ts';
import { connect, type StageOptions } from '../stage/connect.ts';
import { definitionsOf, loadDefinitions } from '../stage/load-definitions.ts';
import { waiting } from '../stage/waiting.ts';
import { awsOption, dataOption, definitionsOption, jsonOption, stageOption } from './shared-options.ts';

interface Options extends StageOptions {
  readonly definitions?: string;
  readonly plan: boolean;
  readonly rebuildWindows: boolean;
  readonly json: boolean;
}

export const applyCommand = () =>
  new Command('apply')
    .description('create or extend feature groups until they agree with the definitions')
    .option('--plan', 'show what would change and stop; fails where a group cannot follow its definition', false)
    .option('--rebuild-windows', 'let windows become what their stored state cannot be read as', false)
    .addOption(definitionsOption())
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const reporter = createReporter(options.json);
      const stage = await connect(options);
      const module = definitionsOf(stage, options.definitions);
      const definitions = await loadDefinitions(module);
      const deps = { ...stage, definitions, ledger: stage.names.bucket('ledger'), database: stage.names.database, waiting };
      const changes = await planApply(deps, options);
      reporter.line('Plan:');
      reporter.line(showChanges(changes));
      if (options.plan) {
        reporter.result({ changes });
        return assertApplicable(changes);
      }
      const catalogue = await applyDefinitions(deps, changes);
      // The groups first, the code after: a function never writes a feature that its group does not have yet.
      if (stage.engine !== undefined) await ensureBundles(stage.engine.bundleDir, module);
      reporter.line(`Applied. The catalogue is at version ${catalogue.version}.`);
      if (stage.engine === undefined)
        reporter.line('The functions still run the code that was deployed last: deploy the stage to roll out the definitions.');
      reporter.result({ changes, catalogueVersion: catalogue.version });
    });
