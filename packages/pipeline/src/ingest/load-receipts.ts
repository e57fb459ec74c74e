import { requireJson } from '../ledger/json-objects.ts';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Receipt } from './ingest-plan.ts';

const READS_AT_A_TIME = 16;

/**
 * The receipts of files that were written on these days. `known`: receipts read before, by key. They never change, so each is read
 * once as long as the caller keeps the map; what is of other days is taken out of it.
 */
export async function loadReceipts(
  objects: ObjectStore,
  ledger: string,
  dates: readonly string[],
  known = new Map<string, Receipt>(),
): Promise<Receipt[]> {
  const keys = new Set<string>();
  for (const date of dates) for await (const { key } of objects.list(ledger, ledgerKeys.receiptDay(date))) keys.add(key);
  for (const key of known.keys()) if (!keys.has(key)) known.delete(key);
  const unread = [...keys].filter((key) => !known.has(key));
  for (let at = 0; at < unread.length; at += READS_AT_A_TIME) {
    const page = unread.slice(at, at + READS_AT_A_TIME);
    const read = await Promise.all(page.map((key) => requireJson<Receipt>(objects, ledger, key)));
    for (const [index, receipt] of read.entries()) known.set(page[index] as string, receipt);
  }
  return [...known.values()];
}
