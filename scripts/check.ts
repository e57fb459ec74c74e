/** npm run check: everything that is held together by a tool rather than by a test. */

import { projectRoot } from './bootstrap/project-root.mjs';
import { ambient } from './check/ambient.ts';
import { boundaries } from './check/boundaries.ts';
import { forbiddenText } from './check/forbidden-text.ts';
import { lockFile } from './check/lock-file.ts';
import { runChecks } from './check/run-checks.ts';
import { stackTypes } from './check/stack-types.ts';
import { biome, types, unused } from './check/tools.ts';

const passed = await runChecks(
  projectRoot,
  [types, stackTypes, biome, boundaries, unused, forbiddenText, ambient, lockFile],
  console.log,
);
process.exitCode = passed ? 0 : 1;
