import {
  awaitGroup,
  type RestoreReceipt,
  type RestoreRequest,
  type SnapshotManifest,
  type SnapshotRequest,
  targetOf,
} from '@tidemark/pipeline';
import { CommandFailed } from '../output/exit-codes.ts';
import type { ConnectedStage } from './connect.ts';
import { followExecution } from './follow-execution.ts';
import { definitionsOf, loadDefinitions } from './load-definitions.ts';
import { waiting } from './waiting.ts';

type Progress = (line: string) => void;

/** Sorts by time, and is an execution's name. */
export const timedId = (): string =>
  `${new Date().toISOString().replace(/[-:]/g, '').slice(0, 15)}Z-${Math.random().toString(36).slice(2, 6)}`;

export async function takeSnapshot(
  stage: ConnectedStage,
  id: string,
  request: SnapshotRequest,
  progress: Progress,
): Promise<SnapshotManifest> {
  if ((await stage.executions.start('snapshot', id, request)) === 'exists')
    throw new CommandFailed(`a snapshot ${id} exists already: choose another --name`);
  return followExecution(stage, 'snapshot', id, `snapshot ${id}`, progress);
}

export async function restoreSnapshot(
  stage: ConnectedStage,
  id: string,
  request: RestoreRequest,
  progress: Progress,
): Promise<RestoreReceipt> {
  if ((await stage.executions.start('restore', id, request)) === 'exists')
    throw new CommandFailed(`a restore ${id} exists already`);
  return followExecution(stage, 'restore', id, `restore ${id}`, progress);
}

/**
 * The groups that a restore `into` a suffix needs, online only, so that nothing of it can reach a history. Answers those that
 * were not there before.
 */
export async function createShadows(
  stage: ConnectedStage,
  groups: readonly Pick<SnapshotManifest['groups'][number], 'group' | 'groupName'>[],
  into: string,
  created: (groupName: string) => void = () => {},
): Promise<string[]> {
  const definitions = await loadDefinitions(definitionsOf(stage, undefined));
  const shadows: string[] = [];
  for (const { group, groupName } of groups) {
    const definition = definitions.groups.find(({ name }) => name === group);
    const shadow = targetOf(groupName, into);
    // What is not defined any more, the machine refuses by name.
    if (definition === undefined || (await stage.groups.describe(shadow)) !== undefined) continue;
    await stage.groups.create(shadow, { ...definition, keptIn: 'online' });
    created(shadow);
    shadows.push(shadow);
  }
  for (const shadow of shadows) await awaitGroup({ groups: stage.groups, waiting }, shadow);
  return shadows;
}
