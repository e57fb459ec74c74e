/**
 * One install at a time. The lock is a directory, since making one is atomic everywhere; inside stands who holds it.
 *
 * The holder touches it every second. Who waits takes it over when the holder and the npm it started are gone: dead by
 * their process ids on this machine, or silent for a minute (another machine on the same disk). Taking over is itself
 * done under a directory, so that of two who wait only one removes, and never the lock of one who has just come.
 */
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const TOUCH_MS = 1_000;
const SILENT_MS = 60_000;
const POLL_MS = 100;

/**
 * @template T
 * @param {string} root
 * @param {(alsoHeldBy: (pid: number | undefined) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withInstallLock(root, work) {
  const lock = join(root, '.tidemark-install.lock');
  let told = false;
  while (!tryMakeDirectory(lock)) {
    if (isAbandoned(lock)) removeAbandoned(lock);
    else if (!told) console.error('tidemark: another command is installing; waiting for it…');
    told = true;
    await sleep(POLL_MS);
  }
  const hold = (/** @type {(number | undefined)[]} */ ...pids) =>
    writeFileSync(join(lock, 'holder.json'), JSON.stringify({ host: hostname(), pids }));
  hold(process.pid);
  const touch = setInterval(() => utimesSync(lock, new Date(), new Date()), TOUCH_MS);
  try {
    return await work((pid) => hold(process.pid, pid));
  } finally {
    clearInterval(touch);
    rmSync(lock, { recursive: true, force: true });
  }
}

/** @param {string} lock */
function removeAbandoned(lock) {
  const takeover = `${lock}.takeover`;
  if (!tryMakeDirectory(takeover)) {
    if (ageMs(takeover) > SILENT_MS) rmSync(takeover, { recursive: true, force: true });
    return;
  }
  if (isAbandoned(lock)) rmSync(lock, { recursive: true, force: true });
  rmSync(takeover, { recursive: true, force: true });
}

/** @param {string} lock */
function isAbandoned(lock) {
  if (ageMs(lock) > SILENT_MS) return true;
  try {
    const { host, pids } = JSON.parse(readFileSync(join(lock, 'holder.json'), 'utf8'));
    return host === hostname() && !pids.some(isAlive);
  } catch {
    return false; // just made, or just removed
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** @param {string} path */
function ageMs(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

/** @param {string} path */
function tryMakeDirectory(path) {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}
