import { definitions } from '@tidemark/features';
import type { MonitorDependencies } from '@tidemark/pipeline';
import { catalogue, ledger, objects } from '../runtime/ledger.ts';
import { settings } from '../runtime/settings.ts';
import { waiting } from '../runtime/waiting.ts';

export const monitorDependencies: MonitorDependencies = {
  definitions,
  objects,
  catalogue,
  ledger,
  workBucket: settings.text('WORK_BUCKET'),
  waiting,
};
