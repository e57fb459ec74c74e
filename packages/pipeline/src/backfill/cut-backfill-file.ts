/** Cuts one file of a backfill into chunks, with the planner of ingest. The plan is put once: a repetition finds the same chunks. */
import { isRefusal, refuse, type Source, TidemarkError } from '@tidemark/domain';
import { definitionHash } from '../ingest/definition-hash.ts';
import type { Receipt } from '../ingest/ingest-plan.ts';
import { planSourceFile } from '../ingest/plan-source-file.ts';
import { loadJson, printJson, requireJson } from '../ledger/json-objects.ts';
import { dateOf, ingestIdOf, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { ObjectRef } from '../ports/object-store.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { type BackfillFile, backfillKeys, type CutFile, type GroupBackfill } from './backfill-plan.ts';
import { enterStep } from './backfill-step.ts';

export interface CutRequest extends GroupBackfill {
  readonly file: BackfillFile;
}

export async function cutBackfillFile(
  deps: BackfillDependencies,
  request: CutRequest,
): Promise<{ chunks: readonly { index: number }[] }> {
  await enterStep(deps, request);
  const key = backfillKeys.cut(request.id, request.group, request.file.index);
  const cut = (await loadJson<CutFile>(deps.objects, deps.workBucket, key)) ?? (await cutFile(deps, request));
  await deps.objects.putOnce(deps.workBucket, key, printJson(cut));
  const kept = await requireJson<CutFile>(deps.objects, deps.workBucket, key);
  // A file that is refused has one chunk, which says so.
  return { chunks: kept.file?.chunks.map(({ index }) => ({ index })) ?? [{ index: 0 }] };
}

async function cutFile(deps: BackfillDependencies, { id, group, file }: CutRequest): Promise<CutFile> {
  const source = sourceOf(deps, file);
  const object = objectOf(deps, file);
  const quarantined = await holdsQuarantine(deps, source, file);
  if ((await deps.objects.head(object)) === undefined) {
    return { file: undefined, refusal: refuse('FILE_VANISHED', 'the object was deleted before it could be read'), quarantined };
  }
  const planned = await planSourceFile(deps.objects, source, { ...object, sizeBytes: file.sizeBytes }, (part) => ({
    bucket: deps.workBucket,
    key: backfillKeys.copy(id, group, file.index, part),
  }));
  return isRefusal(planned)
    ? { file: undefined, refusal: planned, quarantined }
    : { file: planned, refusal: undefined, quarantined };
}

/** Whether the ingest of this version was sealed under today's definition: then its quarantine holds what is refused now. */
async function holdsQuarantine(deps: BackfillDependencies, source: Source, file: BackfillFile): Promise<boolean> {
  const ingestId = ingestIdOf(objectOf(deps, file), 0);
  const receipt = await loadJson<Receipt>(deps.objects, deps.ledger, ledgerKeys.receipt(dateOf(file.lastModifiedMs), ingestId));
  return receipt !== undefined && receipt.definitionHash === definitionHash(source);
}

export const objectOf = (
  { rawBucket }: Pick<BackfillDependencies, 'rawBucket'>,
  { key, versionId }: BackfillFile,
): ObjectRef => ({
  bucket: rawBucket,
  key,
  versionId: versionId === '' ? undefined : versionId,
});

export function sourceOf({ definitions }: Pick<BackfillDependencies, 'definitions'>, file: BackfillFile): Source {
  const source = definitions.sources.find((one) => one.name === file.source);
  if (source === undefined) throw new TidemarkError('INTERNAL', `source ${file.source} of a backfill does not exist any more`);
  return source;
}
