/**
 * Adds to package-lock.json the platform builds that `npm install` left out because the registry in use did not have
 * them. `npm ci` refuses a lock without them (EUSAGE, "Missing: … from lock file"). To be run after every npm install.
 *
 * The entries have no integrity: npm takes it from the registry on the platform that needs the build.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { absentBuilds, entryFor } from './lock/absent-builds.mjs';
import { platformOf } from './lock/platform-of.mjs';

const path = process.argv[2] ?? fileURLToPath(new URL('../package-lock.json', import.meta.url));
/** @type {import('./lock/absent-builds.mjs').LockFile} */
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

// npm's own order, so that its next run leaves these lines where they are.
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
if (absent.length > 0) writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(
  absent.length === 0
    ? 'package-lock.json has every platform build'
    : `package-lock.json: added ${absent.length} platform builds`,
);
