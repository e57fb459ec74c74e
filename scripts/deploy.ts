/**
 * npm run deploy -- --stage <stage>: (1) the definitions against the groups that stand, which refuses what no group can
 * follow before anything is changed, (2) the stacks, (3) the definitions onto the groups, and the catalogue.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { projectRoot } from './bootstrap/project-root.mjs';

const { values } = parseArgs({ options: { stage: { type: 'string' } } });
if (values.stage === undefined) {
  console.error('usage: npm run deploy -- --stage <stage>');
  process.exit(2);
}
const { stage } = values;
const steps: readonly { readonly what: string; readonly script: string; readonly args: readonly string[] }[] = [
  {
    what: 'can the groups follow the definitions?',
    script: 'packages/cli/src/main.ts',
    args: ['apply', '--plan', '--aws', '--stage', stage],
  },
  { what: 'deploy the stacks', script: 'scripts/sst.ts', args: ['deploy', '--stage', stage] },
  {
    what: 'bring the definitions onto the groups',
    script: 'packages/cli/src/main.ts',
    args: ['apply', '--aws', '--stage', stage],
  },
];

for (const { what, script, args } of steps) {
  console.log(`\n== ${what}`);
  const code = await run([script, ...args]);
  if (code !== 0) {
    console.error(`\nThe deployment of ${stage} stopped at: ${what}. Nothing after it was done; the same command begins again.`);
    process.exit(code);
  }
}

/** Signals reach the child by the terminal or by its group; its exit code is ours. */
function run(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
