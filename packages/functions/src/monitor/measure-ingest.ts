import { definitions } from '@tidemark/features';
import { measureIngest, printIngestMetrics, type Receipt } from '@tidemark/pipeline';
import { emitMetrics } from '../runtime/emit-metrics.ts';
import { catalogue, ledger, objects } from '../runtime/ledger.ts';
import { settings } from '../runtime/settings.ts';
import { task } from '../runtime/task.ts';
import { waiting } from '../runtime/waiting.ts';

const rawBucket = settings.text('RAW_BUCKET');
const known = new Map<string, Receipt>();

export const handler = task(async () => {
  const measured = await measureIngest({ definitions, objects, catalogue, rawBucket, ledger, nowMs: waiting.nowMs }, known);
  for (const group of measured) {
    const line = printIngestMetrics(waiting.nowMs(), group);
    if (line !== undefined) emitMetrics(line);
  }
  return measured;
});
