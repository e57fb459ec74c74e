import { createBatchReader } from '@tidemark/aws/feature-store-reader';
import { compareGroup, type ReadGroupState } from '@tidemark/pipeline';
import { runtime } from '../runtime/feature-store.ts';
import { settings } from '../runtime/settings.ts';
import { task } from '../runtime/task.ts';
import { monitorDependencies } from './dependencies.ts';

const deps = {
  ...monitorDependencies,
  reader: createBatchReader(runtime),
  auditKey: { id: settings.text('AUDIT_KEY_ID'), secret: settings.text('AUDIT_KEY') },
};

export const handler = task((state: ReadGroupState) => compareGroup(deps, state));
