import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** A connection that nobody holds is closed when it is collected as garbage, and its lock falls: seen in a test. */
const held = new Set<Database.Database>();

/**
 * Makes sure that one engine at a time works on a data directory. The lock is SQLite's own on `engine.lock`: the system
 * releases it with the process, however that ended, so that there are no stale locks and no guessing about process ids.
 *
 * @returns the release.
 * @throws Error naming the directory and the process that holds it.
 */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const holderFile = join(dataDir, 'engine.pid');
  const lock = new Database(join(dataDir, 'engine.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
    throw new Error(
      `${dataDir} is in use by another engine (process ${holderOf(holderFile)}): stop that one or choose another directory`,
    );
  }
  writeFileSync(holderFile, `${process.pid}\n`);
  held.add(lock);
  return () => {
    held.delete(lock);
    lock.close();
  };
}

function holderOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
