import { SFNClient } from '@aws-sdk/client-sfn';
import { clientSettings } from '@tidemark/aws/client-settings';
import { createExecutions } from '@tidemark/aws/step-functions-executions';
import { type GroupBackfill, rebuildBackfillWindows } from '@tidemark/pipeline';
import { settings } from '../runtime/settings.ts';
import { task } from '../runtime/task.ts';
import { backfillDependencies } from './dependencies.ts';

const deps = {
  ...backfillDependencies,
  executions: createExecutions(new SFNClient(clientSettings), { 'rebuild-windows': settings.text('REBUILD_MACHINE_ARN') }),
};

export const handler = task((request: GroupBackfill) => rebuildBackfillWindows(deps, request));
