import { createCatalogueReader, type Receipt, requireReceipt } from '@tidemark/pipeline';
import type { ConnectedStage } from '../stage/connect.ts';
import { waiting } from '../stage/waiting.ts';
import { countOfflineRows } from './offline-rows.ts';

const POLL_MS = 1_000;

/**
 * Waits until every accepted row can be queried, group by group: on AWS the offline store lags by up to 15 minutes, and a
 * training set built before that would be missing them. Answers the rows found.
 */
export async function waitForHistory(stage: ConnectedStage, receipts: readonly Receipt[]): Promise<Record<string, number>> {
  const ledger = stage.names.bucket('ledger');
  const accepted: Record<string, number> = {};
  for (const receipt of receipts) {
    // An unchanged file stands for the receipt that sealed the same content.
    const sealed =
      receipt.previousReceipt === undefined ? receipt : await requireReceipt(stage.objects, ledger, receipt.previousReceipt);
    accepted[receipt.group] = (accepted[receipt.group] ?? 0) + sealed.rows.accepted;
  }
  const catalogue = await createCatalogueReader(stage.objects, ledger, waiting.nowMs)();
  const found: Record<string, number> = {};
  for (const [group, wanted] of Object.entries(accepted)) {
    const entry = catalogue.groups[group];
    if (entry === undefined) continue;
    for (;;) {
      found[group] = await countOfflineRows(stage, entry);
      if (found[group] >= wanted) break;
      await waiting.sleep(POLL_MS);
    }
  }
  return found;
}
