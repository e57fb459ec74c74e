/** npm run sst -- <command> …: SST's CLI as the stacks pin it, over freshly made bundles. Needs AWS credentials. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureBundles } from '@tidemark/cli/bundle-stage';
import { projectRoot } from './bootstrap/project-root.mjs';
import { ensurePlatform, sstCommand } from './stacks/ensure-platform.ts';

await ensurePlatform(projectRoot);
await ensureBundles(join(projectRoot, 'dist/functions'), undefined);
const { status } = spawnSync(sstCommand(projectRoot), process.argv.slice(2), { cwd: projectRoot, stdio: 'inherit' });
process.exitCode = status ?? 1;
