import { SFNClient } from '@aws-sdk/client-sfn';
import { clientSettings } from '@tidemark/aws/client-settings';
import { createExecutions } from '@tidemark/aws/step-functions-executions';
import { definitions } from '@tidemark/features';
import { reconcile } from '@tidemark/pipeline';
import { ledger, objects } from '../runtime/ledger.ts';
import { settings } from '../runtime/settings.ts';
import { logger, task } from '../runtime/task.ts';
import { waiting } from '../runtime/waiting.ts';

const executions = createExecutions(new SFNClient(clientSettings), { ingest: settings.text('INGEST_MACHINE_ARN') });
const rawBucket = settings.text('RAW_BUCKET');

export const handler = task(async () => {
  const found = await reconcile({ definitions, objects, executions, rawBucket, ledger, nowMs: waiting.nowMs });
  logger.info('reconciled', { ...found });
  return found;
});
