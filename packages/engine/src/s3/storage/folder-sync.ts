import fs from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const fsync = promisify(fs.fsync);
const REMEMBERED_FOLDERS = 10_000;

/** Windows has no handle on a folder to flush, and needs none. */
const CAN_FLUSH_FOLDERS = process.platform !== 'win32';

async function flushFolder(folder: string): Promise<void> {
  if (!CAN_FLUSH_FOLDERS) return;
  const handle = fs.openSync(folder, 'r');
  try {
    await fsync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

/** Folders are never removed while the engine runs, so one that was made once stays made. */
export interface FolderSync {
  /** Creates the folder and what leads to it; resolves when their entries are durable. */
  ensure(folder: string): Promise<void>;
  /** Makes the folder's entries durable. Callers that come while a flush is waiting for its turn share it. */
  sync(folder: string): Promise<void>;
}

export function createFolderSync(): FolderSync {
  const ensured = new Map<string, Promise<void>>();
  const queued = new Map<string, Promise<void>>();
  const running = new Map<string, Promise<void>>();

  const create = async (folder: string) => {
    const first = fs.mkdirSync(folder, { recursive: true });
    if (first === undefined) return;
    for (let parent = dirname(folder); parent.length >= dirname(first).length; parent = dirname(parent)) {
      await flushFolder(parent);
    }
  };

  return {
    ensure(folder) {
      let done = ensured.get(folder);
      if (done === undefined) {
        if (ensured.size >= REMEMBERED_FOLDERS) ensured.clear();
        done = create(folder);
        ensured.set(folder, done);
        done.catch(() => ensured.delete(folder));
      }
      return done;
    },
    sync(folder) {
      const waiting = queued.get(folder);
      if (waiting !== undefined) return waiting;
      const turn = (running.get(folder) ?? Promise.resolve()).then(async () => {
        queued.delete(folder);
        const flushed = flushFolder(folder);
        const quiet = flushed.catch(() => {});
        running.set(folder, quiet);
        await flushed.finally(() => {
          if (running.get(folder) === quiet) running.delete(folder);
        });
      });
      queued.set(folder, turn);
      return turn;
    },
  };
}
