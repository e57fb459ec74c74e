import { TidemarkError } from '@tidemark/domain';
import { EXIT, exitCodeOf } from './output/exit-codes.ts';
import { createProgram } from './program.ts';
import { projectRoot } from './stage/project-root.ts';

// npm runs scripts in the project's root; paths that a person types are meant from where they stand.
const standing = process.env.INIT_CWD;
if (standing !== undefined && process.cwd() === projectRoot) process.chdir(standing);

const program = await createProgram((error) => process.exit(error.exitCode === 0 ? 0 : EXIT.usage), process.argv[2]);

try {
  await program.parseAsync();
} catch (error) {
  const code = error instanceof TidemarkError ? `${error.code}: ` : '';
  process.stderr.write(`tidemark: ${code}${error instanceof Error ? error.message : error}\n`);
  if (process.env.TIDEMARK_DEBUG !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exitCode = exitCodeOf(error);
}
