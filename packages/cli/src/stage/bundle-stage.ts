import { resolve } from 'node:path';
import { type FunctionName, topology } from '@tidemark/functions/topology';
import { type BundleRequest, bundleFunctions } from '../bundle/bundle-functions.ts';
import { unchangedBundles } from '../bundle/bundle-inputs.ts';
import type { BundleManifest } from '../bundle/bundle-manifest.ts';
import { projectRoot } from './project-root.ts';

export const defaultBundleDir = resolve(projectRoot, 'dist/functions');

/** Bundles every function of the topology; with `definitions`, over another module than `packages/features`. */
export const bundleStage = (outDir: string, definitions: string | undefined): Promise<BundleManifest> =>
  bundleFunctions(requestOf(outDir, definitions));

/** The same, unless the bundles that lie there are already of these very sources. */
export async function ensureBundles(outDir: string, definitions: string | undefined): Promise<BundleManifest> {
  const request = requestOf(outDir, definitions);
  return unchangedBundles(request) ?? (await bundleFunctions(request));
}

function requestOf(outDir: string, definitions: string | undefined): BundleRequest {
  const functions = (Object.keys(topology.functions) as FunctionName[]).map((name) => ({
    name,
    entry: `packages/functions/src/${topology.functions[name].entry}`,
  }));
  return { root: projectRoot, outDir, functions, ...(definitions === undefined ? {} : { definitions: resolve(definitions) }) };
}
