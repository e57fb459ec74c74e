import { spawn } from 'node:child_process';
import { withInstallLock } from './install-lock.mjs';
import { matchesLock } from './installed-packages.mjs';
import { chooseNode, linkNode } from './node-binary.mjs';
import { installedNode, lockHash, writeStamp } from './stamp.mjs';

/**
 * - Scripts stay off: in an empty HOME node-gyp would fetch headers for packages that ship their prebuilt binary.
 * - Development dependencies are asked for by name, since NODE_ENV=production would leave them out.
 */
const NPM_CI = [
  'ci',
  '--ignore-scripts',
  '--include=dev',
  '--include=optional',
  '--prefer-offline',
  '--no-progress',
  '--loglevel=error',
];

const STOPPING = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * @param {string} root
 * @returns {Promise<string>} path of the Node to run the project with
 */
export async function ensureInstalled(root) {
  return (
    installedNode(root) ?? (await withInstallLock(root, async (heldBy) => installedNode(root) ?? (await install(root, heldBy))))
  );
}

/**
 * @param {string} root
 * @param {(pid: number | undefined) => void} heldBy told the process that writes to node_modules
 * @returns {Promise<string>}
 */
async function install(root, heldBy) {
  const lock = lockHash(root);
  if (!matchesLock(root)) await npmCi(root, heldBy);
  const node = chooseNode(root);
  linkNode(root, node);
  writeStamp(root, lock, node);
  return node;
}

/**
 * @param {string} root
 * @param {(pid: number | undefined) => void} heldBy
 */
async function npmCi(root, heldBy) {
  const started = Date.now();
  console.error('tidemark: installing dependencies into node_modules (about 600 MB, once; some 15 s on a good line)…');
  const npm = npmCommand();
  const child = spawn(npm.command, [...npm.args, ...NPM_CI], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: npm.shell,
  });
  heldBy(child.pid);
  const stop = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  for (const signal of STOPPING) process.on(signal, stop);
  const outcome = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ?? code));
  }).finally(() => {
    for (const signal of STOPPING) process.off(signal, stop);
  });
  if (outcome !== 0) {
    throw new Error(`npm ci did not finish (${outcome}); what it said stands above. The same command begins again.`);
  }
  console.error(`tidemark: installed in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** The npm that started us, with the Node that it runs on; otherwise the one on PATH. */
function npmCommand() {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  if (npm?.endsWith('npm-cli.js')) return { command: node ?? process.execPath, args: [npm], shell: false };
  return { command: 'npm', args: [], shell: process.platform === 'win32' };
}
