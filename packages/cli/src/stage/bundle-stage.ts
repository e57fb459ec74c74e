import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FunctionName, topology } from '@tidemark/functions/topology';
import { bundleFunctions } from '../bundle/bundle-functions.ts';
import type { BundleManifest } from '../bundle/bundle-manifest.ts';

/** The root of the project: bundles are made from its sources. */
export const projectRoot = resolve(fileURLToPath(import.meta.url), '../../../../..');
export const defaultBundleDir = resolve(projectRoot, 'dist/functions');

/** Bundles every function of the topology; with `definitions`, over another module than `packages/features`. */
export function bundleStage(outDir: string, definitions: string | undefined): Promise<BundleManifest> {
  const functions = (Object.keys(topology.functions) as FunctionName[]).map((name) => ({
    name,
    entry: `packages/functions/src/${topology.functions[name].entry}`,
  }));
  return bundleFunctions({ root: projectRoot, outDir, functions, ...(definitions === undefined ? {} : { definitions: resolve(definitions) }) });
}
