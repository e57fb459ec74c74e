/** The synthesised resources of a stage, and how tests look into them and break them. */
import { projectRoot } from '../../scripts/bootstrap/project-root.mjs';
import type { RecordedResource } from '../../scripts/stacks/record-resources.ts';
import { synthesised } from '../../scripts/stacks/synthesise.ts';

export type Resources = readonly RecordedResource[];
/** Inputs as a test meets them: of one type, which it knows. */
// biome-ignore lint/suspicious/noExplicitAny: each rule knows the inputs of the types that it looks at
export type Inputs = any;

/** The first synthesis of a machine installs SST's platform: about a minute on a good line. */
export const SYNTH_MS = 600_000;

export const PLACE = { account: '000000000000', region: 'us-east-1' };

export const resourcesOf = (stage: string, options: Readonly<Record<string, string>> = {}): Promise<Resources> =>
  synthesised({ root: projectRoot, stage, options });

/** `s3/bucket:Bucket` → all buckets. */
export const ofType = (resources: Resources, type: string): readonly (RecordedResource & { readonly inputs: Inputs })[] =>
  resources.filter((resource) => resource.type === `aws:${type}`);

/** A copy in which one resource is other than it was. @throws Error where there is none of that name */
export function changed(resources: Resources, name: string, change: (resource: Inputs) => void): Resources {
  const copy = structuredClone(resources) as Resources;
  const found = copy.find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`no resource is called ${name}`);
  change(found);
  return copy;
}

export function without(resources: Resources, name: string): Resources {
  const left = resources.filter((resource) => resource.name !== name);
  if (left.length === resources.length) throw new Error(`no resource is called ${name}`);
  return left;
}
