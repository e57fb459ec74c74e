import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { projectRoot } from '../../scripts/bootstrap/project-root.mjs';

/** A checkout of a few given files that uses the tools installed in this one. Removed when the test is over. */
export function plantCheckout(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'tidemark-planted-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  mkdirSync(join(root, 'node_modules/@tidemark'), { recursive: true });
  for (const tool of ['dependency-cruiser', 'typescript', '@aws-sdk']) {
    symlinkSync(join(projectRoot, 'node_modules', tool), join(root, 'node_modules', tool), 'dir');
  }
  return root;
}
