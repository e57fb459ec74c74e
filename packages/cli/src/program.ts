import { Command, type CommanderError } from 'commander';
import { EXIT } from './output/exit-codes.ts';

/** Name → how to load the command. Each brings the clients that it needs, so only the one that is asked for is loaded. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  dev: async () => (await import('./commands/dev.ts')).devCommand(),
  engine: async () => (await import('./commands/engine.ts')).engineCommand(),
  apply: async () => (await import('./commands/apply.ts')).applyCommand(),
  ingest: async () => (await import('./commands/ingest.ts')).ingestCommand(),
  receipts: async () => (await import('./commands/receipts.ts')).receiptsCommand(),
  quarantine: async () => (await import('./commands/quarantine.ts')).quarantineCommand(),
  get: async () => (await import('./commands/get.ts')).getCommand(),
  dataset: async () => (await import('./commands/dataset.ts')).datasetCommand(),
  snapshot: async () => (await import('./commands/snapshot.ts')).snapshotCommand(),
  snapshots: async () => (await import('./commands/snapshot.ts')).snapshotsCommand(),
  restore: async () => (await import('./commands/restore.ts')).restoreCommand(),
  drill: async () => (await import('./commands/drill.ts')).drillCommand(),
  monitor: async () => (await import('./commands/monitor.ts')).monitorCommand(),
  inconsistencies: async () => (await import('./commands/monitor.ts')).inconsistenciesCommand(),
  status: async () => (await import('./commands/status.ts')).statusCommand(),
  backfill: async () => (await import('./commands/backfill.ts')).backfillCommand(),
  backfills: async () => (await import('./commands/backfill.ts')).backfillsCommand(),
  stream: async () => (await import('./commands/stream/stream.ts')).streamCommand(),
  bundle: async () => (await import('./commands/bundle.ts')).bundleCommand(),
  demo: async () => (await import('./commands/demo.ts')).demoCommand(),
};

/**
 * The program with the command of that name, or with all of them when it names none (help, a mistake). `exit` is told how
 * the parsing ended when it ends the run: help was shown, or the usage is wrong.
 */
export async function createProgram(exit: (error: CommanderError) => never, name?: string): Promise<Command> {
  const program = new Command('tidemark')
    .description('A feature pipeline for Amazon SageMaker Feature Store, and the embedded AWS to run it on a laptop.')
    .version('0.1.0')
    .addHelpText(
      'after',
      `
Exit codes: 0 done, ${EXIT.usage} wrong usage or input, ${EXIT.dependency} a service failed, ${EXIT.failed} the work failed, ${EXIT.alarm} something is in alarm, ${EXIT.fault} anything else.`,
    );
  const asked = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  for (const load of asked === undefined ? Object.values(COMMANDS) : [asked]) program.addCommand(await load());
  for (const command of withSubcommands(program)) {
    command.exitOverride(exit).showHelpAfterError('(add --help for what the command takes)');
  }
  return program;
}

const withSubcommands = (command: Command): Command[] => [command, ...command.commands.flatMap(withSubcommands)];
