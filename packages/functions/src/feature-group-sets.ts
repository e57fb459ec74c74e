/** Which feature groups of the store a permission may be about, from the definitions. */
import {
  type Definitions,
  eventGroupOf,
  type Group,
  isWindowed,
  physicalGroupName,
  stateGroupOf,
  storedGroups,
  withTableFormat,
} from '@tidemark/domain';

/**
 * `written-from-files`, `written-from-streams`: what sources write record by record. `window-states`, `event-histories`: the two
 * groups that stand for each windowed one. `served`: what views read online. `kept-in-both`: with an online and an offline store. `with-history`:
 * with an offline store; `in-iceberg`: those of them in Iceberg format.
 */
export type FeatureGroupSet =
  | 'written-from-files'
  | 'written-from-streams'
  | 'window-states'
  | 'event-histories'
  | 'served'
  | 'kept-in-both'
  | 'with-history'
  | 'in-iceberg';

type Sets = Readonly<Record<FeatureGroupSet, readonly string[]>>;

/** Physical names, each once. */
export function featureGroupSets(stage: string, definitions: Definitions): Sets {
  const named = (groups: readonly Group[]) => [...new Set(groups.map((group) => physicalGroupName(stage, group)))];
  const online = (group: Group) => (isWindowed(group) ? stateGroupOf(group) : group);
  const windowed = definitions.groups.filter(isWindowed);
  const stored = storedGroups(definitions);
  const withHistory = stored.filter(({ keptIn }) => keptIn !== 'online');
  return {
    'written-from-files': named(definitions.sources.map(({ group }) => group)),
    'written-from-streams': named(definitions.streamSources.map(({ group }) => group).filter((group) => !isWindowed(group))),
    'window-states': named(windowed.map(stateGroupOf)),
    'event-histories': named(windowed.map(eventGroupOf)),
    served: named(definitions.views.flatMap(({ joins }) => joins.map(({ group }) => online(group)))),
    'kept-in-both': named(stored.filter(({ keptIn }) => keptIn === undefined)),
    'with-history': named(withHistory),
    'in-iceberg': named(withHistory.filter((group) => withTableFormat(group, stage).tableFormat === 'iceberg')),
  };
}
