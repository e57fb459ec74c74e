import type { Group } from './define-group.ts';
import type { Source } from './define-source.ts';
import type { View } from './define-view.ts';
import { TidemarkError } from './errors.ts';
import { assertStreams } from './stream-definitions.ts';
import type { EventStream, StreamSource } from './windows/define-stream.ts';
import { isWindowed } from './windows/define-windowed-group.ts';
import { eventGroupOf, stateGroupOf } from './windows/window-groups.ts';

/** Everything that a company declares: what `packages/features` exports as `definitions`. */
export interface Definitions {
  readonly groups: readonly Group[];
  readonly sources: readonly Source[];
  readonly views: readonly View[];
  readonly streams: readonly EventStream[];
  readonly streamSources: readonly StreamSource[];
}

/** What a definitions module may hold: views of any keys and values. */
interface Declared {
  readonly groups: readonly Group[];
  readonly sources: readonly Source[];
  readonly views: readonly View<never, unknown>[] | readonly unknown[];
  readonly streams?: readonly EventStream[];
  readonly streamSources?: readonly StreamSource[];
}

/**
 * @throws DEFINITION_INVALID for names used twice, prefixes inside one another, groups and streams that are used but not listed,
 * and a windowed group that is not fed by exactly one source of a stream.
 */
export function defineFeatureStore(declared: Declared): Definitions {
  const definitions = { streams: [], streamSources: [], ...declared } as Definitions;
  assertUnique(
    'group',
    storedGroups(definitions).map((group) => `${group.name} v${group.version}`),
  );
  assertUnique(
    'source',
    [...definitions.sources, ...definitions.streamSources].map((source) => source.name),
  );
  assertUnique(
    'view',
    definitions.views.map((view) => view.name),
  );
  assertUnique(
    'stream',
    definitions.streams.map((stream) => stream.name),
  );
  assertDisjoint(definitions.sources);
  assertStreams(definitions);
  for (const source of definitions.sources) assertListed(definitions, `source ${source.name}`, source.group);
  for (const source of definitions.streamSources) assertListed(definitions, `source ${source.name}`, source.group);
  for (const view of definitions.views) for (const one of view.joins) assertListed(definitions, `view ${view.name}`, one.group);
  return definitions;
}

/** The groups that the store holds: a windowed group is two, its state and its events. */
export const storedGroups = ({ groups }: Pick<Definitions, 'groups'>): Group[] =>
  groups.flatMap((group) => (isWindowed(group) ? [stateGroupOf(group), eventGroupOf(group)] : [group]));

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
