/**
 * Repairs package-lock.json, so that `npm ci` works on every platform and under every Node from 18 on. To be run after
 * every npm install. Two things go wrong otherwise:
 *
 * - npm install leaves out the platform builds that the registry in use does not have, and npm ci then refuses the lock
 *   (EUSAGE, "Missing: … from lock file"). They are added, without integrity: npm takes that from the registry on the
 *   platform that needs the build.
 * - npm ci silently skips a build whose `engines` exclude the Node that runs npm, though ours is the one that will load
 *   it ("Cannot find native binding"). The lock's `engines` of builds are removed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { absentBuilds, buildsWithEngines, entryFor } from './lock/platform-builds.mjs';
import { platformOf } from './lock/platform-of.mjs';

const path = process.argv[2] ?? fileURLToPath(new URL('../package-lock.json', import.meta.url));
/** @type {import('./lock/platform-builds.mjs').LockFile} */
const lock = JSON.parse(readFileSync(path, 'utf8'));
const absent = absentBuilds(lock);

for (const { parent, name, version, siblings } of absent) {
  const platform = platformOf(name, siblings);
  if (platform === undefined) {
    throw new Error(
      `${parent || 'the root package'} wants ${name}@${version}, whose name tells no platform. Add its lock entry by hand.`,
    );
  }
  const taken = entryFor(lock, parent, name) !== undefined;
  const key = taken ? `${parent}/node_modules/${name}` : `node_modules/${name}`;
  const dev = lock.packages[parent]?.dev === true ? { dev: true } : {};
  lock.packages[key] = {
    version,
    cpu: platform.cpu,
    ...dev,
    ...(platform.libc && { libc: platform.libc }),
    optional: true,
    os: platform.os,
  };
}

const bound = buildsWithEngines(lock);
for (const key of bound) delete lock.packages[key]?.engines;

// npm's own order, so that its next run leaves these lines where they are.
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
if (absent.length + bound.length > 0) writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${absent.length} platform builds added, ${bound.length} freed of the Node that runs npm`);
