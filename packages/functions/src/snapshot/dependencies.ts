import { definitions } from '@tidemark/features';
import type { SnapshotDependencies } from '@tidemark/pipeline';
import { catalogue, ledger, objects } from '../runtime/ledger.ts';
import { settings } from '../runtime/settings.ts';

export const snapshotDependencies: SnapshotDependencies = {
  definitions,
  objects,
  catalogue,
  ledger,
  workBucket: settings.text('WORK_BUCKET'),
  snapshotBucket: settings.text('SNAPSHOT_BUCKET'),
};
