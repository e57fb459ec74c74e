import { definitions } from '@tidemark/features';
import type { BackfillDependencies } from '@tidemark/pipeline';
import { catalogue, ledger, objects } from '../runtime/ledger.ts';
import { settings } from '../runtime/settings.ts';
import { waiting } from '../runtime/waiting.ts';

export const backfillDependencies: BackfillDependencies = {
  definitions,
  objects,
  catalogue,
  ledger,
  waiting,
  rawBucket: settings.text('RAW_BUCKET'),
  workBucket: settings.text('WORK_BUCKET'),
};
