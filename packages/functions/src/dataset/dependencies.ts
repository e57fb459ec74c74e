import { GlueClient } from '@aws-sdk/client-glue';
import { clientSettings, createGlueTables } from '@tidemark/aws';
import { definitions } from '@tidemark/features';
import type { DatasetDependencies } from '@tidemark/pipeline';
import { catalogue, ledger, objects } from '../runtime/ledger.ts';
import { settings } from '../runtime/settings.ts';

export const datasetDependencies: DatasetDependencies = {
  definitions,
  objects,
  tables: createGlueTables(new GlueClient(clientSettings)),
  catalogue,
  ledger,
  workBucket: settings.text('WORK_BUCKET'),
  datasetBucket: settings.text('DATASET_BUCKET'),
  database: settings.text('GLUE_DATABASE'),
};
