import { planSnapshot, type SnapshotState } from '@tidemark/pipeline';
import { settings } from '../runtime/settings.ts';
import { task } from '../runtime/task.ts';
import { snapshotDependencies } from './dependencies.ts';

const deps = { ...snapshotDependencies, offlineDelaySeconds: settings.positive('OFFLINE_DELAY_SECONDS') };

export const handler = task((state: SnapshotState) => planSnapshot(deps, state));
