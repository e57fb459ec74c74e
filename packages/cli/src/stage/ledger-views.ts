/** The ledger as people ask about it: a day's receipts, a day's backfills, a day's quarantine. */
import {
  type BackfillReceipt,
  ledgerKeys,
  type QuarantineLine,
  type Receipt,
  type StreamQuarantineLine,
} from '@tidemark/pipeline';
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

/** Of the executions that were started on that day. */
export async function backfillsOf(stage: ConnectedStage, date: string): Promise<BackfillReceipt[]> {
  const receipts: BackfillReceipt[] = [];
  for await (const { key } of stage.objects.list(stage.names.bucket('ledger'), ledgerKeys.backfillReceiptDay(date))) {
    receipts.push(JSON.parse(await readText(stage, key)) as BackfillReceipt);
  }
  return receipts.sort((a, b) => (a.sealedAt < b.sealedAt ? -1 : 1));
}

const linesOf = async <Line>(stage: ConnectedStage, key: string): Promise<Line[]> =>
  (await readText(stage, key)).split('\n').flatMap((text) => (text === '' ? [] : [JSON.parse(text) as Line]));

/** Rows and files. Without the refused bytes: a list is for the eye, and a terminal is no place for values. */
export async function quarantineOf(stage: ConnectedStage, date: string): Promise<Omit<QuarantineLine, 'raw'>[]> {
  const lines: Omit<QuarantineLine, 'raw'>[] = [];
  for await (const { key } of stage.objects.list(stage.names.bucket('ledger'), ledgerKeys.quarantineDay(date))) {
    if (key.startsWith(ledgerKeys.quarantineStreams(date))) continue;
    for (const { raw: _, ...line } of await linesOf<QuarantineLine>(stage, key)) lines.push(line);
  }
  return lines.sort((a, b) => (a.key === b.key ? a.line - b.line || a.row - b.row : a.key < b.key ? -1 : 1));
}

/** Records of streams, each once for each source that refused it, by arrival. Without bytes and partition keys. */
export async function streamQuarantineOf(
  stage: ConnectedStage,
  date: string,
): Promise<Omit<StreamQuarantineLine, 'raw' | 'partitionKey'>[]> {
  const lines = new Map<string, Omit<StreamQuarantineLine, 'raw' | 'partitionKey'>>();
  for await (const { key } of stage.objects.list(stage.names.bucket('ledger'), ledgerKeys.quarantineStreams(date))) {
    for (const { raw: _, partitionKey: __, ...line } of await linesOf<StreamQuarantineLine>(stage, key)) {
      lines.set(`${line.stream} ${line.shardId} ${line.sequenceNumber} ${line.source}`, line);
    }
  }
  return [...lines.values()].sort((a, b) => (a.arrivedAt < b.arrivedAt ? -1 : a.arrivedAt > b.arrivedAt ? 1 : 0));
}
