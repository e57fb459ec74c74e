/** Which feature groups of the store a permission may be about, from the definitions. */
import {
  type Definitions,
  eventGroupOf,
  type Group,
  isWindowed,
  physicalGroupName,
  stateGroupOf,
  storedGroups,
} from '@tidemark/domain';

/**
 * `written-from-files`: what file sources write. `appended-from-streams`: what stream sources write, for windowed groups the
 * history of their events; `window-states`: the other group of each of these. `served`: what views read online. `kept-in-both`: with an online and an offline store. `with-history`:
 * with an offline store.
 */
export type FeatureGroupSet =
  | 'written-from-files'
  | 'appended-from-streams'
  | 'window-states'
  | 'served'
  | 'kept-in-both'
  | 'with-history';

type Sets = Readonly<Record<FeatureGroupSet, readonly string[]>>;

/** Physical names, each once. */
export function featureGroupSets(stage: string, definitions: Definitions): Sets {
  const named = (groups: readonly Group[]) => [...new Set(groups.map((group) => physicalGroupName(stage, group)))];
  const online = (group: Group) => (isWindowed(group) ? stateGroupOf(group) : group);
  const streamed = definitions.streamSources.map(({ group }) => group);
  const windowed = definitions.groups.filter(isWindowed);
  const stored = storedGroups(definitions);
  return {
    'written-from-files': named(definitions.sources.map(({ group }) => group)),
    'appended-from-streams': named(streamed.map((group) => (isWindowed(group) ? eventGroupOf(group) : group))),
    'window-states': named(windowed.map(stateGroupOf)),
    served: named(definitions.views.flatMap(({ joins }) => joins.map(({ group }) => online(group)))),
    'kept-in-both': named(stored.filter(({ keptIn }) => keptIn === undefined)),
    'with-history': named(stored.filter(({ keptIn }) => keptIn !== 'online')),
  };
}
