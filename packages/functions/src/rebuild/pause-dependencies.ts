import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { clientSettings } from '@tidemark/aws/client-settings';
import { createEventSourceMappings } from '@tidemark/aws/lambda-event-source-mappings';
import { createExecutions } from '@tidemark/aws/step-functions-executions';
import { type PauseDependencies, REBUILD_MACHINE } from '@tidemark/pipeline';
import { catalogue, ledger, objects } from '../runtime/ledger.ts';
import { settings } from '../runtime/settings.ts';
import { waiting } from '../runtime/waiting.ts';

const mappings = createEventSourceMappings(new LambdaClient(clientSettings), settings.text('STREAM_FUNCTION_NAME'));
const executions = createExecutions(new SFNClient(clientSettings), { [REBUILD_MACHINE]: settings.text('REBUILD_MACHINE_ARN') });

export const pauseDependencies = async (): Promise<PauseDependencies> => ({
  objects,
  ledger,
  stage: (await catalogue()).stage,
  mappings,
  executions,
  nowMs: waiting.nowMs,
});
