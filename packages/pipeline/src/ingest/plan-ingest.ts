/**
 * First step of an ingest: read the file once, cut it into chunks that never split a row, write the plan.
 *
 * Three outcomes: `planned`; `unchanged`, when this content is the one that was last sealed for this key; `refused`,
 * when the file as a whole cannot be read. A repetition finds the same version of the object and so the same plan.
 */
import { findSource, isRefusal, type Refusal, refuse, TidemarkError } from '@tidemark/domain';
import { resolveGroup } from '../catalogue/catalogue.ts';
import { loadJson, printJson } from '../ledger/json-objects.ts';
import { dateOf, ingestIdOf, ledgerKeys } from '../ledger/ledger-keys.ts';
import { definitionHash } from './definition-hash.ts';
import type { IngestDependencies } from './ingest-dependencies.ts';
import type { IngestPlan, IngestRequest, PlannedIngest, SealedContent } from './ingest-plan.ts';
import { planSourceFile } from './plan-source-file.ts';

export async function planIngest(deps: IngestDependencies, request: IngestRequest): Promise<PlannedIngest> {
  const source = findSource(deps.definitions, request.key);
  if (source === undefined) {
    throw new TidemarkError('FILE_UNROUTABLE', `no source is declared for the prefix of ${request.key}`);
  }
  const ingestId = ingestIdOf(request, request.attempt);
  const head = await deps.objects.head(request);
  const date = dateOf(head?.lastModifiedMs ?? deps.waiting.nowMs());
  const hash = definitionHash(source);
  const answer = (outcome: PlannedIngest['outcome'], refusal?: Refusal): PlannedIngest => ({
    outcome,
    ingestId,
    date,
    uploadedAt: head === undefined ? undefined : new Date(head.lastModifiedMs).toISOString(),
    request,
    ledger: deps.ledger,
    planKey: ledgerKeys.plan(date, ingestId),
    chunkListKey: ledgerKeys.chunkList(date, ingestId),
    ...(refusal === undefined ? {} : { refusal }),
  });

  if (head === undefined) return answer('refused', refuse('FILE_VANISHED', 'the object was deleted before it could be read'));
  const sealed =
    request.attempt === 0
      ? await loadJson<SealedContent>(deps.objects, deps.ledger, ledgerKeys.sealed(request.bucket, request.key))
      : undefined;
  const same = sealed?.definitionHash === hash ? sealed : undefined;
  if (same !== undefined && same.etag === head.etag && same.sizeBytes === head.sizeBytes) return answer('unchanged');

  const file = await planSourceFile(deps.objects, source, { ...request, sizeBytes: head.sizeBytes }, (part) => ({
    bucket: deps.ledger,
    key: ledgerKeys.chunkCopy(date, ingestId, part),
  }));
  if (isRefusal(file)) return answer('refused', file);
  if (same?.sha256 === file.sha256) return answer('unchanged');

  const { groupName } = resolveGroup(await deps.catalogue(), source.group);
  const plan: IngestPlan = {
    ingestId,
    date,
    request,
    source: source.name,
    group: source.group.name,
    groupName,
    definitionHash: hash,
    etag: head.etag,
    file,
  };
  await deps.objects.putOnce(deps.ledger, ledgerKeys.plan(date, ingestId), printJson(plan));
  await deps.objects.putOnce(
    deps.ledger,
    ledgerKeys.chunkList(date, ingestId),
    JSON.stringify(file.chunks.map(({ index }) => ({ index }))),
  );
  return answer('planned');
}
