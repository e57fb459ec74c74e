import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Definitions, TidemarkError } from '@tidemark/domain';
import type { ConnectedStage } from './connect.ts';

/**
 * Which module a command works with: the one that the stage runs. Naming another is refused: its functions would go on
 * with the code of the first.
 * @throws REQUEST_MALFORMED
 */
export function definitionsOf(stage: ConnectedStage, wanted: string | undefined): string | undefined {
  if (stage.engine === undefined || wanted === undefined) return wanted ?? stage.engine?.definitions;
  if (resolve(wanted) !== stage.engine.definitions) {
    const running = stage.engine.definitions ?? 'packages/features';
    throw new TidemarkError(
      'REQUEST_MALFORMED',
      `the stage runs the definitions of ${running}: start it with --definitions ${wanted} to work with those`,
      {
        field: 'definitions',
      },
    );
  }
  return wanted;
}

/** The definitions of `packages/features`, or of another module that exports `definitions`. @throws DEFINITION_INVALID */
export async function loadDefinitions(path: string | undefined): Promise<Definitions> {
  const loaded: { definitions?: Definitions } =
    path === undefined ? await import('@tidemark/features') : await import(pathToFileURL(resolve(path)).href);
  if (loaded.definitions === undefined) {
    throw new TidemarkError('DEFINITION_INVALID', `${path} does not export \`definitions\`: see packages/features/src/index.ts`);
  }
  return loaded.definitions;
}
