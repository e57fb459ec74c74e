import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { platform } from './node-binary.mjs';

/** Inside node_modules, so that whoever removes those removes it too. Written last: its presence means a finished install. */
const STAMP = join('node_modules', '.tidemark-install.json');

/**
 * @param {string} root
 * @returns {string} SHA-256 of package-lock.json
 */
export function lockHash(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/**
 * The Node that a finished install of exactly this lock, on this platform, left behind; undefined when there is none.
 *
 * @param {string} root
 * @returns {string | undefined}
 */
export function installedNode(root) {
  try {
    const stamp = JSON.parse(readFileSync(join(root, STAMP), 'utf8'));
    const node = resolve(root, stamp.node);
    const isCurrent = stamp.lock === lockHash(root) && stamp.platform === platform && existsSync(node);
    return isCurrent ? node : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} root
 * @param {string} lock the hash as it was before the install began
 * @param {string} node
 */
export function writeStamp(root, lock, node) {
  writeFileSync(join(root, STAMP), `${JSON.stringify({ lock, platform, node: relative(root, node) })}\n`);
}
