/**
 * One self-contained ES module per function: what the engine runs and what is deployed are these very bytes.
 *
 *   topology [(name, entry)] → esbuild → dist/functions/<name>/index.mjs + dist/functions/manifest.json
 *
 * The same sources give the same SHA-256 in any checkout, for each function alone: no absolute path reaches the output,
 * and the functions are entries of one build, which parses what they share once (3 s of CPU instead of 9 for eleven
 * functions) and names the minified symbols of each entry by themselves: a test holds that. A file whose bytes did not
 * change keeps its modification time, since the engine reloads what changes.
 */
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { type BuildFailure, type BuildResult, build, type Message } from 'esbuild';
import { saveInputs } from './bundle-inputs.ts';
import type { BundledFunction, BundleManifest } from './bundle-manifest.ts';
import { roleCredentials } from './role-credentials.ts';
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
 * @throws Error naming each file that does not build, or a function that exports no `handler`; nothing is written then
 */
export async function bundleFunctions(request: BundleRequest): Promise<BundleManifest> {
  const result = await buildAll(request);
  const built = request.functions.map((each) => ({ ...each, code: codeOf(result, each) }));
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
  await saveInputs(request, Object.keys(result.metafile.inputs));
  return manifest;
}

type Built = BuildResult<{ write: false; metafile: true }>;

async function buildAll({ root, functions, definitions }: BundleRequest): Promise<Built> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: functions.map(({ name, entry }) => ({ in: entry, out: name })),
    outdir: join(root, 'dist'),
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'silent',
    // Definitions from outside the checkout find the workspace packages here.
    nodePaths: [join(root, 'node_modules')],
    plugins: [roleCredentials, ...(definitions === undefined ? [] : [substituteDefinitions(resolve(root, definitions))])],
  }).catch((failure: BuildFailure) => {
    throw new Error(`the functions do not build:\n${printMessages(failure.errors)}`, { cause: failure });
  });
  const ours = result.warnings.filter((warning) => !warning.location?.file.includes('node_modules'));
  if (ours.length > 0) throw new Error(`the functions are built with warnings:\n${printMessages(ours)}`);
  return result;
}

function codeOf({ metafile, outputFiles }: Built, { name, entry }: FunctionEntry): Buffer {
  const exported = metafile.outputs[`dist/${name}.js`]?.exports ?? [];
  if (!exported.includes('handler')) {
    throw new Error(`function ${name}: ${entry} must export \`handler\`; it exports ${exported.join(', ') || 'nothing'}`);
  }
  const code = Buffer.from(outputFiles.find(({ path }) => path.endsWith(`${sep}${name}.js`))?.contents ?? []);
  return code.includes(NEEDS_REQUIRE) ? Buffer.concat([Buffer.from(REQUIRE), code]) : code;
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
