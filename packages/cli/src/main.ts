import { TidemarkError } from '@tidemark/domain';
import { Command } from 'commander';
import { applyCommand } from './commands/apply.ts';
import { bundleCommand } from './commands/bundle.ts';
import { datasetCommand } from './commands/dataset.ts';
import { demoCommand } from './commands/demo.ts';
import { devCommand } from './commands/dev.ts';
import { engineCommand } from './commands/engine.ts';
import { getCommand } from './commands/get.ts';
import { ingestCommand } from './commands/ingest.ts';
import { quarantineCommand } from './commands/quarantine.ts';
import { receiptsCommand } from './commands/receipts.ts';
import { EXIT, exitCodeOf } from './output/exit-codes.ts';
import { projectRoot } from './stage/bundle-stage.ts';

// npm runs scripts in the project's root; paths that a person types are meant from where they stand.
const standing = process.env['INIT_CWD'];
if (standing !== undefined && process.cwd() === projectRoot) process.chdir(standing);

const program = new Command('tidemark')
  .description('A feature pipeline for Amazon SageMaker Feature Store, and the embedded AWS to run it on a laptop.')
  .version('0.1.0')
  .showHelpAfterError('(add --help for what the command takes)')
  .addHelpText(
    'after',
    `
Exit codes: 0 done, ${EXIT.usage} wrong usage or input, ${EXIT.dependency} a service failed, ${EXIT.failed} the work failed, ${EXIT.fault} anything else.`,
  );
for (const command of [
  devCommand(),
  engineCommand(),
  applyCommand(),
  ingestCommand(),
  receiptsCommand(),
  quarantineCommand(),
  getCommand(),
  datasetCommand(),
  bundleCommand(),
  demoCommand(),
]) {
  program.addCommand(command);
}
program.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT.usage));

try {
  await program.parseAsync();
} catch (error) {
  const code = error instanceof TidemarkError ? `${error.code}: ` : '';
  process.stderr.write(`tidemark: ${code}${error instanceof Error ? error.message : error}\n`);
  if (process.env['TIDEMARK_DEBUG'] !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exitCode = exitCodeOf(error);
}
