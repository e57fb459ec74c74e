import { GlueClient } from '@aws-sdk/client-glue';
import { clientSettings } from '@tidemark/aws/client-settings';
import { createGlueTables } from '@tidemark/aws/glue-tables';
import { type CompareRequest, compareBackfill } from '@tidemark/pipeline';
import { settings } from '../runtime/settings.ts';
import { task } from '../runtime/task.ts';
import { backfillDependencies } from './dependencies.ts';

const deps = {
  ...backfillDependencies,
  tables: createGlueTables(new GlueClient(clientSettings)),
  database: settings.text('GLUE_DATABASE'),
  offlineDelayMs: settings.positive('OFFLINE_DELAY_SECONDS') * 1_000,
};

export const handler = task((request: CompareRequest) => compareBackfill(deps, request));
