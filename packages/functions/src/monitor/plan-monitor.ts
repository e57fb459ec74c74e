import { definitions } from '@tidemark/features';
import { type GroupState, planMonitor } from '@tidemark/pipeline';
import { catalogue } from '../runtime/ledger.ts';
import { settings } from '../runtime/settings.ts';
import { task } from '../runtime/task.ts';

const deps = { definitions, catalogue, offlineDelaySeconds: settings.positive('OFFLINE_DELAY_SECONDS') };

export const handler = task(({ request }: Pick<GroupState, 'request'>) => planMonitor(deps, request));
