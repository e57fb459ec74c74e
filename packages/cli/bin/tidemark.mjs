#!/usr/bin/env node
// Runs under any Node and hands over to the project's own; the folder stays the caller's.
import { join } from 'node:path';
import { handOver } from '../../../scripts/bootstrap/hand-over.mjs';
import { ensureInstalled } from '../../../scripts/bootstrap/install.mjs';
import { projectRoot } from '../../../scripts/bootstrap/project-root.mjs';

try {
  const node = await ensureInstalled(projectRoot);
  await handOver({ root: projectRoot, node, script: join(projectRoot, 'packages/cli/src/main.ts'), args: process.argv.slice(2) });
} catch (error) {
  console.error(`tidemark: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
