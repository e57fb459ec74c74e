import { GlueClient } from '@aws-sdk/client-glue';
import { clientSettings, createGlueTables } from '@tidemark/aws';
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
