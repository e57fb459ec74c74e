/**
 * The bytes of versions and parts, as plain files.
 *
 * A body is written under `incoming/`, given its final name, and flushed together with its folder; only then may a row
 * of the index name it. So a kill leaves at worst a file without a row, which {@link BodyStore.sweep} removes, and never
 * a row without a file. A file that no row names any more is removed a minute later, for readers who have its path.
 */
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { EngineClock } from '../../time/engine-clock.ts';
import { createFolderSync } from './folder-sync.ts';

const write = promisify(fs.write);
const fdatasync = promisify(fs.fdatasync);

const BUFFER_BYTES = 256 * 1024;
const RETIRED_FOR_MS = 60_000;

/** A body on its way in. */
export interface Draft {
  write(chunk: Uint8Array): Promise<void>;
  /** Durable under `file` (relative to the store) when the promise resolves. */
  place(file: string): Promise<void>;
  discard(): void;
}

export interface BodyStore {
  absolute(file: string): string;
  draft(): Draft;
  /** A second name for a body that never changes: no byte is copied. */
  link(from: string, to: string): Promise<void>;
  /** Takes over a finished file of the same file system. */
  adopt(absoluteFile: string, to: string): Promise<void>;
  /** Called after the commit that removed the last row naming these files. */
  retire(files: Iterable<string>): void;
  /** Removes what the index does not know, and returns what it knows but is not there. */
  sweep(known: ReadonlySet<string>): { orphans: number; missing: string[] };
  stop(): void;
}

export function createBodyStore(root: string, clock: EngineClock): BodyStore {
  const incoming = join(root, 'incoming');
  const folders = createFolderSync();
  let drafts = 0;
  const retired: string[] = [];
  let cancelRemoval: (() => void) | undefined;
  const absolute = (file: string) => join(root, file);

  const removeRetired = () => {
    cancelRemoval = undefined;
    for (const file of retired.splice(0)) fs.rmSync(absolute(file), { force: true });
  };

  /** `move` gives the file its final name; `flush` makes its bytes durable meanwhile. */
  const settle = async (file: string, move: (target: string) => void, flush: () => Promise<void>) => {
    const target = absolute(file);
    await folders.ensure(dirname(target));
    move(target);
    await Promise.all([flush(), folders.sync(dirname(target))]);
  };

  const flushFile = async (file: string) => {
    const handle = fs.openSync(file, 'r+');
    try {
      await fdatasync(handle);
    } finally {
      fs.closeSync(handle);
    }
  };

  return {
    absolute,
    draft() {
      const file = join(incoming, String(++drafts));
      return createDraft(file, (handle, target) =>
        settle(
          target,
          (to) => fs.renameSync(file, to),
          () => fdatasync(handle),
        ),
      );
    },
    link: (from, to) =>
      settle(
        to,
        (target) => fs.linkSync(absolute(from), target),
        async () => {},
      ),
    adopt: (absoluteFile, to) =>
      settle(
        to,
        (target) => fs.renameSync(absoluteFile, target),
        () => flushFile(absolute(to)),
      ),
    retire(files) {
      retired.push(...files);
      if (retired.length > 0) cancelRemoval ??= clock.at(clock.nowMs() + RETIRED_FOR_MS, removeRetired);
    },
    sweep(known) {
      fs.rmSync(incoming, { recursive: true, force: true });
      fs.mkdirSync(incoming, { recursive: true });
      const missing = new Set(known);
      const orphans = ['objects', 'uploads'].map((folder) => sweepFolder(root, folder, missing));
      return { orphans: orphans.reduce((sum, count) => sum + count, 0), missing: [...missing] };
    },
    stop() {
      cancelRemoval?.();
      removeRetired();
    },
  };
}

function createDraft(file: string, place: (handle: number, target: string) => Promise<void>): Draft {
  const handle = fs.openSync(file, 'wx');
  let buffered: Uint8Array[] = [];
  let bufferedBytes = 0;
  let open = true;

  const flush = async () => {
    const bytes = Buffer.concat(buffered, bufferedBytes);
    buffered = [];
    bufferedBytes = 0;
    for (let done = 0; done < bytes.length; ) done += (await write(handle, bytes, done)).bytesWritten;
  };
  /** Small bodies: the page cache takes them faster than a round trip through the thread pool. */
  const flushAtOnce = () => {
    for (const bytes of buffered) for (let done = 0; done < bytes.length; ) done += fs.writeSync(handle, bytes, done);
    buffered = [];
  };

  return {
    async write(chunk) {
      buffered.push(chunk);
      bufferedBytes += chunk.length;
      if (bufferedBytes >= BUFFER_BYTES) await flush();
    },
    async place(target) {
      flushAtOnce();
      await place(handle, target);
      open = false;
      fs.closeSync(handle);
    },
    discard() {
      if (open) fs.closeSync(handle);
      open = false;
      fs.rmSync(file, { force: true });
    },
  };
}

/** Removes unknown files and empty folders; takes the found ones out of `missing`. Returns how many files it removed. */
function sweepFolder(root: string, folder: string, missing: Set<string>): number {
  const absolute = join(root, folder);
  fs.mkdirSync(absolute, { recursive: true });
  let removed = 0;
  for (const entry of fs.readdirSync(absolute, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      removed += sweepFolder(root, path, missing);
      if (fs.readdirSync(join(root, path)).length === 0) fs.rmdirSync(join(root, path));
    } else if (!missing.delete(path)) {
      fs.rmSync(join(root, path));
      removed += 1;
    }
  }
  return removed;
}
