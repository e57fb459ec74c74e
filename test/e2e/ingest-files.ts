import type { ConnectedStage } from '@tidemark/cli/connect';
import type { RunningStage } from '@tidemark/cli/start-stage';
import { followIngest, upload } from '@tidemark/cli/upload';
import type { QuarantineLine, Receipt } from '@tidemark/pipeline';

/** Uploads files, all at once, and follows each to its receipt. Answers in the order of the files. */
export const ingestFiles = (
  stage: ConnectedStage,
  files: readonly { readonly path: string; readonly key: string }[],
): Promise<Receipt[]> => Promise.all(files.map(async ({ path, key }) => followIngest(stage, await upload(stage, path, key))));

/** What the receipts say was refused, by place. */
export async function quarantineBehind(stage: ConnectedStage, receipts: readonly Receipt[]): Promise<QuarantineLine[]> {
  const lines: QuarantineLine[] = [];
  for (const key of receipts.flatMap((receipt) => receipt.quarantineKeys)) {
    const body = Buffer.from((await stage.objects.read({ bucket: stage.names.bucket('ledger'), key })) ?? []).toString('utf8');
    lines.push(...body.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as QuarantineLine])));
  }
  return lines.sort((a, b) => (a.key === b.key ? a.row - b.row : a.key < b.key ? -1 : 1));
}

/** Lets the engine's time run that many times as fast as the machine's for as long as the work takes. */
export async function inFastTime<T>({ instance }: RunningStage, work: Promise<T>, times = 20): Promise<T> {
  const ticking = setInterval(() => instance.clock.advance(50 * (times - 1)), 50);
  try {
    return await work;
  } finally {
    clearInterval(ticking);
  }
}
