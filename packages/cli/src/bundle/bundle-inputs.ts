/**
 * What the bundles of a folder were made of, so that an unchanged checkout is not bundled again.
 *
 *   inputs.json: key (request, bundler, lock file), each file that was read with its SHA-256
 *
 * Contents are compared, not times. A file that is new and would now win the resolution of an import goes unnoticed until
 * one that was read changes; `tidemark bundle` always builds.
 */
import { createHash, hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { version as bundler } from 'esbuild';
import type { BundleRequest } from './bundle-functions.ts';
import type { BundleManifest } from './bundle-manifest.ts';
import { writeIfChanged } from './write-if-changed.ts';

interface BundleInputs {
  readonly key: string;
  /** Path from the root → SHA-256. */
  readonly files: Readonly<Record<string, string>>;
}

const pathOf = (outDir: string) => join(outDir, 'inputs.json');

export async function saveInputs(request: BundleRequest, paths: readonly string[]): Promise<void> {
  const files: Record<string, string> = {};
  for (const path of [...new Set(paths)].sort()) files[path] = sha256Of(join(request.root, path));
  const inputs: BundleInputs = { key: keyOf(request), files };
  await writeIfChanged(pathOf(request.outDir), Buffer.from(JSON.stringify(inputs)));
}

/** The manifest of the bundles that lie there, if the same request over the same files made them; otherwise undefined. */
export function unchangedBundles(request: BundleRequest): BundleManifest | undefined {
  try {
    const { key, files } = readJson<BundleInputs>(pathOf(request.outDir));
    if (key !== keyOf(request)) return undefined;
    for (const [path, sha256] of Object.entries(files)) {
      if (sha256Of(join(request.root, path)) !== sha256) return undefined;
    }
    const manifest = readJson<BundleManifest>(join(request.outDir, 'manifest.json'));
    for (const { file, sha256 } of Object.values(manifest.functions)) {
      if (sha256Of(join(request.outDir, file)) !== sha256) return undefined;
    }
    return manifest;
  } catch {
    return undefined;
  }
}

function keyOf({ root, functions, definitions }: BundleRequest): string {
  const key = createHash('sha256').update(JSON.stringify({ bundler, functions, definitions }));
  // How this folder bundles, and which packages there are.
  const lock = join(root, 'package-lock.json');
  if (existsSync(lock)) key.update(readFileSync(lock));
  for (const module of ['./bundle-functions.ts', './role-credentials.ts', './substitute-definitions.ts'])
    key.update(readFileSync(new URL(module, import.meta.url)));
  return key.digest('hex');
}

const sha256Of = (path: string) => hash('sha256', readFileSync(path));
const readJson = <T>(path: string) => JSON.parse(readFileSync(path, 'utf8')) as T;
