import { eventGroupOf, type Group, isWindowed, TidemarkError } from '@tidemark/domain';
import { type Catalogue, type OfflineTable, resolveGroup } from '../catalogue/catalogue.ts';
import { comparableGroups, type GroupState, type MonitorDependencies } from './monitor-request.ts';

export interface MonitoredGroup {
  readonly group: Group;
  /** Physical name of what is online. */
  readonly groupName: string;
  /** Its history: of a windowed group that of its events. */
  readonly offline: OfflineTable;
}

/** Undefined for a group that was never applied. */
export function findHistory(catalogue: Catalogue, group: Group): OfflineTable | undefined {
  return catalogue.groups[isWindowed(group) ? eventGroupOf(group).name : group.name]?.offline;
}

/** @throws GROUP_UNKNOWN */
export async function monitoredGroup(
  { definitions, catalogue }: Pick<MonitorDependencies, 'definitions' | 'catalogue'>,
  state: GroupState,
): Promise<MonitoredGroup> {
  const group = comparableGroups(definitions, state.request).find((one) => one.name === state.group);
  const entries = await catalogue();
  const offline = group === undefined ? undefined : findHistory(entries, group);
  if (group === undefined || offline === undefined) {
    throw new TidemarkError('GROUP_UNKNOWN', `there is no group ${state.group} that is online and has a history`, {
      field: 'group',
    });
  }
  return { group, groupName: resolveGroup(entries, group).groupName, offline };
}
