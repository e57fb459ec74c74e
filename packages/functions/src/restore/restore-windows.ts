import { SFNClient } from '@aws-sdk/client-sfn';
import { clientSettings } from '@tidemark/aws/client-settings';
import { createExecutions } from '@tidemark/aws/step-functions-executions';
import { type PlannedRestore, REBUILD_MACHINE, restoreWindows } from '@tidemark/pipeline';
import { settings } from '../runtime/settings.ts';
import { task } from '../runtime/task.ts';
import { restoreDependencies } from './dependencies.ts';

const deps = {
  ...restoreDependencies,
  executions: createExecutions(new SFNClient(clientSettings), { [REBUILD_MACHINE]: settings.text('REBUILD_MACHINE_ARN') }),
};

export const handler = task((planned: PlannedRestore) => restoreWindows(deps, planned));
