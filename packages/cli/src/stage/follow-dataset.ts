import type { DatasetManifest, DatasetRequest } from '@tidemark/pipeline';
import { CommandFailed } from '../output/exit-codes.ts';
import type { ConnectedStage } from './connect.ts';
import { followExecution } from './follow-execution.ts';

/** Starts the build of a data set and follows it, state by state. @throws the error it failed with */
export async function buildDataset(
  stage: ConnectedStage,
  id: string,
  request: DatasetRequest,
  progress: (line: string) => void,
): Promise<DatasetManifest> {
  if ((await stage.executions.start('build-dataset', id, request)) === 'exists')
    throw new CommandFailed(`a data set ${id} exists already: choose another --name`);
  return followExecution(stage, 'build-dataset', id, `data set ${id}`, progress);
}
