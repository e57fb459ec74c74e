import { type MonitorRun, publishMonitor } from '@tidemark/pipeline';
import { emitMetrics } from '../runtime/emit-metrics.ts';
import { ledger, objects } from '../runtime/ledger.ts';
import { task } from '../runtime/task.ts';
import { waiting } from '../runtime/waiting.ts';

export const handler = task((run: MonitorRun) => publishMonitor({ objects, ledger, waiting }, run, emitMetrics));
