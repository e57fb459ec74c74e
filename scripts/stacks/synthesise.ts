import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureBundles } from '@tidemark/cli/bundle-stage';
import { writeIfChanged } from '@tidemark/cli/write-if-changed';
import { bundleProgram } from './bundle-program.ts';
import { ensurePlatform, platformDir } from './ensure-platform.ts';
import { type RecordedResource, SECRET_VALUE } from './record-resources.ts';

export interface SynthRequest {
  readonly root: string;
  readonly stage: string;
  /** A module to stand in for `@tidemark/features`. */
  readonly definitions?: string;
  /** What a stage may be told through the environment: optional parts such as the network. */
  readonly options?: Readonly<Record<string, string>>;
}

/**
 * Every resource of a stage as the stacks declare it, without an account: sorted, the same on every run.
 *
 * @throws Error with what the stacks, SST or Pulumi said
 */
export const synthesise = async (request: SynthRequest): Promise<RecordedResource[]> => execute(request, await prepare(request));

async function execute({ root, stage, options = {} }: SynthRequest, program: Uint8Array): Promise<RecordedResource[]> {
  const folder = await mkdtemp(join(platformDir(root), 'synth-'));
  try {
    const module = join(folder, 'program.mjs');
    await writeFile(module, program);
    const text = await run(module, { ...options, TIDEMARK_SYNTH_STAGE: stage, TIDEMARK_SYNTH_ROOT: root });
    return JSON.parse(text.replaceAll(`${root}/`, ''));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The platform that the stacks run on, the bundles that they deploy, and the stacks themselves as a program. */
async function prepare({ root, definitions }: SynthRequest): Promise<Uint8Array> {
  await ensurePlatform(root);
  const [program] = await Promise.all([bundleProgram(root, definitions), ensureBundles(join(root, 'dist/functions'), undefined)]);
  return program;
}

/** The same as the text that `npm run synth` writes. */
export const printResources = (resources: readonly RecordedResource[]): string => `${JSON.stringify(resources, null, 2)}\n`;

/**
 * The same, kept in dist/synth under the hash of all that it comes from, so that tests share one run.
 */
export async function synthesised(request: SynthRequest): Promise<RecordedResource[]> {
  const program = await prepare(request);
  const key = createHash('sha256')
    .update(program)
    .update(await readFile(join(request.root, 'dist/functions/manifest.json')).catch(() => ''))
    .update(JSON.stringify([request.stage, request.options]))
    .digest('hex');
  const kept = join(request.root, 'dist/synth/kept', `${key.slice(0, 32)}.json`);
  const text = await readFile(kept, 'utf8').catch(() => undefined);
  if (text !== undefined) return JSON.parse(text);
  const resources = await execute(request, program);
  await writeIfChanged(kept, Buffer.from(printResources(resources)));
  return resources;
}

async function run(module: string, variables: Record<string, string>): Promise<string> {
  // Pulumi notes a stack with every promise: whole ones take a third of the run.
  const child = spawn(process.execPath, ['--stack-trace-limit=3', module], {
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      SST_SECRET_AuditKey: SECRET_VALUE,
      TIDEMARK_JWT_ISSUER: 'https://issuer.invalid/',
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let said = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (said += chunk));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode, signal) => resolve(signal ?? exitCode));
  });
  if (code !== 0 || !out.startsWith('[')) throw new Error(`the stacks do not synthesise (${code}):\n${said || out}`);
  return out;
}
