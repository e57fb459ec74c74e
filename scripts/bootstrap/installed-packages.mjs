import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether an npm command run by hand already left what the lock asks for: npm notes what it installed in a lock file of
 * its own inside node_modules, as its last act. Optional packages are not compared, since each platform has its own.
 *
 * @param {string} root
 */
export function matchesLock(root) {
  try {
    const wanted = readPackages(join(root, 'package-lock.json'));
    const present = readPackages(join(root, 'node_modules', '.package-lock.json'));
    return Object.entries(wanted).every(([path, entry]) => {
      if (!path.includes('node_modules/') || entry.optional) return true;
      return present[path]?.version === entry.version && present[path]?.integrity === entry.integrity;
    });
  } catch {
    return false;
  }
}

/**
 * @param {string} path
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }>}
 */
function readPackages(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}
