import { GlueClient } from '@aws-sdk/client-glue';
import { clientSettings } from '@tidemark/aws/client-settings';
import { createGlueTables } from '@tidemark/aws/glue-tables';
import { type EndRequest, endBackfill } from '@tidemark/pipeline';
import { settings } from '../runtime/settings.ts';
import { task } from '../runtime/task.ts';
import { backfillDependencies } from './dependencies.ts';

const deps = {
  ...backfillDependencies,
  tables: createGlueTables(new GlueClient(clientSettings)),
  database: settings.text('GLUE_DATABASE'),
};

export const handler = task((request: EndRequest) => endBackfill(deps, request));
