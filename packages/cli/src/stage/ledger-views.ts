/** The ledger as people ask about it: a day's receipts, a day's quarantine. */
import { ledgerKeys, type QuarantineLine, type Receipt } from '@tidemark/pipeline';
import type { ConnectedStage } from './connect.ts';

async function readText(stage: ConnectedStage, key: string): Promise<string> {
  return Buffer.from((await stage.objects.read({ bucket: stage.names.bucket('ledger'), key })) ?? new Uint8Array()).toString(
    'utf8',
  );
}

export async function receiptsOf(stage: ConnectedStage, date: string): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  for await (const { key } of stage.objects.list(stage.names.bucket('ledger'), ledgerKeys.receiptDay(date))) {
    receipts.push(JSON.parse(await readText(stage, key)) as Receipt);
  }
  return receipts.sort((a, b) => (a.sealedAt < b.sealedAt ? -1 : 1));
}

/** Without the refused bytes: a list is for the eye, and a terminal is no place for values. */
export async function quarantineOf(stage: ConnectedStage, date: string): Promise<Omit<QuarantineLine, 'raw'>[]> {
  const lines: Omit<QuarantineLine, 'raw'>[] = [];
  for await (const { key } of stage.objects.list(stage.names.bucket('ledger'), ledgerKeys.quarantineDay(date))) {
    for (const text of (await readText(stage, key)).split('\n')) {
      if (text === '') continue;
      const { raw: _, ...line } = JSON.parse(text) as QuarantineLine;
      lines.push(line);
    }
  }
  return lines.sort((a, b) => (a.key === b.key ? a.line - b.line || a.row - b.row : a.key < b.key ? -1 : 1));
}
