import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a running `tidemark dev` leaves in its data directory, so that other commands find it. */
export interface EngineFile {
  readonly pid: number;
  readonly endpoint: string;
  readonly api: string;
  readonly token: string;
  readonly stage: string;
  readonly account: string;
  readonly region: string;
  /** Where the running functions' bundles lie: `apply` renews them. */
  readonly bundleDir: string;
  /** Absolute path of the definitions module it runs; undefined for `packages/features`. */
  readonly definitions?: string;
}

const pathOf = (dataDir: string) => join(dataDir, 'engine.json');

export const saveEngineFile = (dataDir: string, file: EngineFile): void =>
  writeFileSync(pathOf(dataDir), `${JSON.stringify(file, undefined, 2)}\n`, { mode: 0o600 });

export const removeEngineFile = (dataDir: string): void => rmSync(pathOf(dataDir), { force: true });

/** The engine that runs over this directory; undefined when none does. */
export function findEngine(dataDir: string): EngineFile | undefined {
  const path = pathOf(dataDir);
  if (!existsSync(path)) return undefined;
  const file = JSON.parse(readFileSync(path, 'utf8')) as EngineFile;
  return isAlive(file.pid) ? file : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
