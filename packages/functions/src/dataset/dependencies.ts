import { GlueClient } from '@aws-sdk/client-glue';
import { clientSettings } from '@tidemark/aws/client-settings';
import { createGlueTables } from '@tidemark/aws/glue-tables';
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
