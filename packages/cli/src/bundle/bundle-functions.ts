/**
 * One self-contained ES module per function: what the engine runs and what is deployed are these very bytes.
 *
 *   topology [(name, entry)] → esbuild → dist/functions/<name>/index.mjs + dist/functions/manifest.json
 *
 * The same sources give the same SHA-256 in any checkout, for each function alone: no absolute path reaches the output,
 * and every function is a build of its own, so that adding one does not rename another's minified symbols. A file whose
 * bytes did not change keeps its modification time, since the engine reloads what changes.
 */
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type BuildFailure, type BuildResult, build, type Message } from 'esbuild';
import type { BundledFunction, BundleManifest } from './bundle-manifest.ts';
import { substituteDefinitions } from './substitute-definitions.ts';
import { writeIfChanged } from './write-if-changed.ts';

export interface FunctionEntry {
  readonly name: string;
  /** Path from the root of a file that exports `handler`. */
  readonly entry: string;
}

export interface BundleRequest {
  /** Absolute path of the checkout: entries and module names are relative to it. */
  readonly root: string;
  readonly outDir: string;
  readonly functions: readonly FunctionEntry[];
  /** A module to stand in for `@tidemark/features` in every function; it may itself import and extend that package. */
  readonly definitions?: string;
}

/** CommonJS code inside an ES module reaches Node's own modules through `require`, which esbuild then expects to exist. */
const REQUIRE = "import{createRequire as __tmRequire}from'node:module';const require=__tmRequire(import.meta.url);";
const NEEDS_REQUIRE = 'Dynamic require of "';

/**
 * Bundles every function and writes the manifest last. Functions that an earlier manifest names and this request does
 * not are removed.
 *
 * @throws Error naming each function that does not build or exports no `handler`; nothing is written then
 */
export async function bundleFunctions(request: BundleRequest): Promise<BundleManifest> {
  const built = await Promise.all(request.functions.map(async (each) => ({ ...each, code: await bundleOne(request, each) })));
  const functions: Record<string, BundledFunction> = {};
  for (const { name, entry, code } of built.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = `${name}/index.mjs`;
    await writeIfChanged(join(request.outDir, file), code);
    functions[name] = {
      entry,
      file,
      handler: 'index.handler',
      sha256: createHash('sha256').update(code).digest('hex'),
      sizeBytes: code.byteLength,
    };
  }
  const manifest: BundleManifest = { version: 1, runtime: 'nodejs24.x', functions };
  await removeFormer(request.outDir, manifest);
  await writeIfChanged(join(request.outDir, 'manifest.json'), Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  return manifest;
}

async function bundleOne({ root, definitions }: BundleRequest, { name, entry }: FunctionEntry): Promise<Buffer> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: join(root, 'dist'),
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    // Error classes are told apart by name, in logs and by Step Functions' error matching.
    keepNames: true,
    legalComments: 'none',
    logLevel: 'silent',
    // Definitions from outside the checkout find the workspace packages here.
    nodePaths: [join(root, 'node_modules')],
    plugins: definitions === undefined ? [] : [substituteDefinitions(resolve(root, definitions))],
  }).catch((failure: BuildFailure) => {
    throw new Error(`function ${name} (${entry}) does not build:\n${printMessages(failure.errors)}`, { cause: failure });
  });
  requireHandler(name, entry, result);
  const ours = result.warnings.filter((warning) => !warning.location?.file.includes('node_modules'));
  if (ours.length > 0) throw new Error(`function ${name} (${entry}) builds with warnings:\n${printMessages(ours)}`);
  const code = Buffer.from(result.outputFiles?.[0]?.contents ?? []);
  return code.includes(NEEDS_REQUIRE) ? Buffer.concat([Buffer.from(REQUIRE), code]) : code;
}

function requireHandler(name: string, entry: string, result: BuildResult): void {
  const exported = Object.values(result.metafile?.outputs ?? {}).flatMap((output) => output.exports);
  if (!exported.includes('handler')) {
    throw new Error(`function ${name}: ${entry} must export \`handler\`; it exports ${exported.join(', ') || 'nothing'}`);
  }
}

function printMessages(messages: readonly Message[]): string {
  return messages
    .map(({ location, text }) => (location ? `  ${location.file}:${location.line}:${location.column + 1}: ${text}` : `  ${text}`))
    .join('\n');
}

async function removeFormer(outDir: string, { functions }: BundleManifest): Promise<void> {
  const former = await readFile(join(outDir, 'manifest.json'), 'utf8').catch(() => '{"functions":{}}');
  for (const name of Object.keys((JSON.parse(former) as BundleManifest).functions)) {
    if (!(name in functions)) await rm(join(outDir, name), { recursive: true, force: true });
  }
}
