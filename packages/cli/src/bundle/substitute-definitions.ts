import { dirname, sep } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Every import of `@tidemark/features` gets `definitions` instead, except from the folder of `definitions` itself: a
 * replacement usually takes the shipped definitions and changes a few.
 */
export function substituteDefinitions(definitions: string): Plugin {
  const folder = dirname(definitions) + sep;
  return {
    name: 'substitute-definitions',
    setup({ onResolve }) {
      onResolve({ filter: /^@tidemark\/features$/ }, ({ importer }) =>
        importer.startsWith(folder) ? undefined : { path: definitions },
      );
    },
  };
}
