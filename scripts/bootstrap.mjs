/**
 * node scripts/bootstrap.mjs <script> [argument…]: runs a script of this project under its own Node 24.
 *
 * Started by whatever Node (18 or newer) the machine has, it (1) makes node_modules match package-lock.json, (2) finds
 * the Node that came with it, and (3) hands over: same folder, same terminal, signals and exit code passed through.
 * When nothing is missing it says nothing. It uses no dependency and nothing in HOME.
 */
import { resolve } from 'node:path';
import { handOver } from './bootstrap/hand-over.mjs';
import { ensureInstalled } from './bootstrap/install.mjs';
import { projectRoot } from './bootstrap/project-root.mjs';

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  console.error('usage: node scripts/bootstrap.mjs <script> [argument…]');
  process.exit(2);
}

try {
  const node = await ensureInstalled(projectRoot);
  await handOver({ root: projectRoot, node, script: resolve(projectRoot, script), args });
} catch (error) {
  console.error(`tidemark: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
