/**
 * @typedef {{ version?: string, resolved?: string, link?: boolean, dev?: boolean, optional?: boolean, os?: string | string[],
 *   cpu?: string | string[], libc?: string[], engines?: Record<string, string>, optionalDependencies?: Record<string, string> }} LockEntry
 * @typedef {{ packages: Record<string, LockEntry> }} LockFile
 * @typedef {{ parent: string, name: string, version: string, siblings: string[] }} AbsentBuild
 */

/**
 * The optional dependencies that some package of the lock names and that the lock has no entry for.
 *
 * @param {LockFile} lock
 * @returns {AbsentBuild[]}
 */
export function absentBuilds(lock) {
  return Object.entries(lock.packages).flatMap(([parent, entry]) => {
    const wanted = entry.optionalDependencies ?? {};
    return Object.entries(wanted)
      .filter(([name, range]) => !satisfies(entryFor(lock, parent, name), range))
      .map(([name, version]) => ({ parent, name, version, siblings: Object.keys(wanted) }));
  });
}

/**
 * The platform builds that say which Node they want: npm would skip them under another, without a word.
 *
 * @param {LockFile} lock
 * @returns {string[]} keys of `packages`
 */
export function buildsWithEngines(lock) {
  return Object.keys(lock.packages).filter(
    (key) => lock.packages[key]?.optional === true && lock.packages[key].engines !== undefined,
  );
}

/**
 * The entry that `name` resolves to from the package at `parent`, by Node's own walk up the folders.
 *
 * @param {LockFile} lock
 * @param {string} parent a key of `packages`: '' for the root
 * @param {string} name
 */
export function entryFor(lock, parent, name) {
  for (let folder = parent; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    const found = lock.packages[folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`];
    if (found !== undefined || folder === '') return found;
  }
}

/**
 * Ranges are npm's business; an exact version must be met exactly.
 *
 * @param {LockEntry | undefined} entry
 * @param {string} range
 */
function satisfies(entry, range) {
  return entry !== undefined && (!/^\d/.test(range) || entry.version === range);
}
