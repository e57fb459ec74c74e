import type { Group } from './define-group.ts';
import type { Source } from './define-source.ts';
import type { View } from './define-view.ts';
import { TidemarkError } from './errors.ts';

/** Everything that a company declares: what `packages/features` exports as `definitions`. */
export interface Definitions {
  readonly groups: readonly Group[];
  readonly sources: readonly Source[];
  readonly views: readonly View[];
}

/** What a definitions module may hold: views of any keys and values. */
interface Declared {
  readonly groups: readonly Group[];
  readonly sources: readonly Source[];
  readonly views: readonly View<never, unknown>[] | readonly unknown[];
}

/** @throws DEFINITION_INVALID for names used twice, prefixes inside one another, and groups that are used but not listed. */
export function defineFeatureStore(declared: Declared): Definitions {
  const definitions = declared as Definitions;
  assertUnique(
    'group',
    definitions.groups.map((group) => `${group.name} v${group.version}`),
  );
  assertUnique(
    'source',
    definitions.sources.map((source) => source.name),
  );
  assertUnique(
    'view',
    definitions.views.map((view) => view.name),
  );
  assertDisjoint(definitions.sources);
  for (const source of definitions.sources) assertListed(definitions, `source ${source.name}`, source.group);
  for (const view of definitions.views) for (const one of view.joins) assertListed(definitions, `view ${view.name}`, one.group);
  return definitions;
}

export const findSource = (definitions: Definitions, objectKey: string): Source | undefined =>
  definitions.sources.find((source) => objectKey.startsWith(source.prefix));

function assertUnique(what: string, names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new TidemarkError('DEFINITION_INVALID', `${what} ${twice} is defined twice`);
}

function assertDisjoint(sources: readonly Source[]): void {
  for (const one of sources) {
    const inside = sources.find((other) => other !== one && other.prefix.startsWith(one.prefix));
    if (inside !== undefined) {
      throw new TidemarkError('DEFINITION_INVALID', `source ${inside.name}: its prefix lies inside that of source ${one.name}`);
    }
  }
}

function assertListed(definitions: Definitions, where: string, group: Group): void {
  if (!definitions.groups.includes(group)) {
    throw new TidemarkError('DEFINITION_INVALID', `${where}: group ${group.name} is not among the groups of the feature store`);
  }
}
