import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Definitions, TidemarkError } from '@tidemark/domain';

/** The definitions of `packages/features`, or of another module that exports `definitions`. @throws DEFINITION_INVALID */
export async function loadDefinitions(path: string | undefined): Promise<Definitions> {
  const loaded: { definitions?: Definitions } =
    path === undefined ? await import('@tidemark/features') : await import(pathToFileURL(resolve(path)).href);
  if (loaded.definitions === undefined) {
    throw new TidemarkError('DEFINITION_INVALID', `${path} does not export \`definitions\`: see packages/features/src/index.ts`);
  }
  return loaded.definitions;
}
