/**
 * First step of an ingest: read the file once, cut it into chunks that never split a row, write the plan.
 *
 * Three outcomes: `planned`; `unchanged`, when this content is the one that was last sealed for this key; `refused`,
 * when the file as a whole cannot be read. A repetition finds the same version of the object and so the same plan.
 */
import { createHash } from 'node:crypto';
import { findSource, isRefusal, type Refusal, refuse, TidemarkError } from '@tidemark/domain';
import { resolveGroup } from '../catalogue/catalogue.ts';
import { formatOf } from '../files/file-format.ts';
import { type FilePlan, planParquetFile, planTextFile } from '../files/plan-file.ts';
import { checkHeader } from '../files/type-row.ts';
import { loadJson, printJson } from '../ledger/json-objects.ts';
import { dateOf, ingestIdOf, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { ObjectHead } from '../ports/object-store.ts';
import { definitionHash } from './definition-hash.ts';
import type { IngestDependencies } from './ingest-dependencies.ts';
import type { IngestPlan, IngestRequest, PlannedIngest, SealedContent } from './ingest-plan.ts';
import { randomAccess } from './random-access.ts';

const TARGET_CHUNK_BYTES = 4 * 1024 * 1024;
const TARGET_CHUNK_ROWS = 10_000;

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

  const file = await planFile(deps, request, head, date, ingestId);
  if (isRefusal(file)) return answer('refused', file);
  const stray = checkHeader(source, file.header ?? []);
  if (stray !== undefined) return answer('refused', stray);
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

async function planFile(
  deps: IngestDependencies,
  request: IngestRequest,
  head: ObjectHead,
  date: string,
  ingestId: string,
): Promise<FilePlan | Refusal> {
  const kind = formatOf(request.key);
  if (kind === undefined) {
    return refuse('FILE_UNKNOWN_FORMAT', 'the name ends in none of .csv, .jsonl, .ndjson, .json, their .gz forms, or .parquet');
  }
  if (head.sizeBytes === 0) return refuse('FILE_EMPTY', 'the file has no bytes');
  if (kind.format !== 'parquet') {
    return planTextFile(await deps.objects.stream(request), {
      format: kind.format,
      gzip: kind.gzip,
      targetChunkBytes: TARGET_CHUNK_BYTES,
      targetChunkRows: TARGET_CHUNK_ROWS,
      saveChunk: (part, bytes) => deps.objects.put(deps.ledger, ledgerKeys.chunkCopy(date, ingestId, part), bytes),
    });
  }
  const sha256 = createHash('sha256');
  for await (const bytes of await deps.objects.stream(request)) sha256.update(bytes);
  return planParquetFile(randomAccess(deps.objects, request, head.sizeBytes), sha256.digest('hex'), {
    targetChunkRows: TARGET_CHUNK_ROWS,
  });
}
