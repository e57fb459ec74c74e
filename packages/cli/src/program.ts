import { Command, type CommanderError } from 'commander';
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
import { EXIT } from './output/exit-codes.ts';

/** Every command of `tidemark`; `exit` is told how the parsing ended when it ends the run: help was shown, or the usage is wrong. */
export function createProgram(exit: (error: CommanderError) => never): Command {
  const program = new Command('tidemark')
    .description('A feature pipeline for Amazon SageMaker Feature Store, and the embedded AWS to run it on a laptop.')
    .version('0.1.0')
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
  for (const command of withSubcommands(program))
    command.exitOverride(exit).showHelpAfterError('(add --help for what the command takes)');
  return program;
}

const withSubcommands = (command: Command): Command[] => [command, ...command.commands.flatMap(withSubcommands)];
