import { definitions } from '@tidemark/features';
import type { RestoreDependencies } from '@tidemark/pipeline';
import { catalogue, ledger, objects } from '../runtime/ledger.ts';
import { settings } from '../runtime/settings.ts';
import { waiting } from '../runtime/waiting.ts';

export const restoreDependencies: RestoreDependencies = {
  definitions,
  objects,
  catalogue,
  ledger,
  snapshotBucket: settings.text('SNAPSHOT_BUCKET'),
  waiting,
};
