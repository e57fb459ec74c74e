import { relative } from 'node:path';
import { Command } from 'commander';
import { createReporter } from '../output/reporter.ts';
import { printTable } from '../output/table.ts';
import { bundleStage, defaultBundleDir } from '../stage/bundle-stage.ts';
import { projectRoot } from '../stage/project-root.ts';
import { definitionsOption, jsonOption } from './shared-options.ts';

export const bundleCommand = () =>
  new Command('bundle')
    .description('bundle the functions: the engine runs and a deployment ships these very files')
    .addOption(definitionsOption())
    .addOption(jsonOption())
    .action(async (options: { definitions?: string; json: boolean }) => {
      const reporter = createReporter(options.json);
      const manifest = await bundleStage(defaultBundleDir, options.definitions);
      reporter.line(
        printTable(
          ['function', 'bytes', 'sha256'],
          Object.entries(manifest.functions).map(([name, { sizeBytes, sha256 }]) => [name, sizeBytes, sha256]),
        ),
      );
      reporter.line(`Written to ${relative(projectRoot, defaultBundleDir)}`);
      reporter.result(manifest);
    });
