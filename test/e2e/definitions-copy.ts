import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../../..');

/** The shipped definitions as a user's own, in a folder where Node strips types: not under node_modules or the system's temp. */
export interface DefinitionsCopy {
  /** What `--definitions` is given. */
  readonly module: string;
  /** Replaces a piece of a file, `flights/groups.ts` where none is named, that is there once. Answers how to have it back. */
  edit(from: string, to: string, file?: string): () => void;
  remove(): void;
}

export function copyDefinitions(): DefinitionsCopy {
  const folder = mkdtempSync(join(root, '.tidemark-test-'));
  cpSync(join(root, 'packages/features/src'), folder, { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
  return {
    module: join(folder, 'index.ts'),
    edit(from, to, file = 'flights/groups.ts') {
      const path = join(folder, file);
      const text = readFileSync(path, 'utf8');
      const pieces = text.split(from);
      if (pieces.length !== 2) throw new Error(`${file} holds ${pieces.length - 1} times: ${from}`);
      writeFileSync(path, pieces.join(to));
      return () => writeFileSync(path, text);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
