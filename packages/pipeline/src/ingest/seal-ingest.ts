/**
 * Last step of an ingest: add up the chunk results, check that rows in = accepted + quarantined, write the receipt.
 * An idempotent sum: the receipt is put once, and a repetition answers with the one that is there.
 */
import { findSource, TidemarkError } from '@tidemark/domain';
import { loadJson, printJson, requireJson } from '../ledger/json-objects.ts';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { definitionHash } from './definition-hash.ts';
import { addHours } from './event-hours.ts';
import type { IngestDependencies } from './ingest-dependencies.ts';
import type { ChunkResult, IngestPlan, PlannedIngest, Receipt, SealedContent } from './ingest-plan.ts';
import { addReasons, printQuarantine, quarantinedFile } from './map-row.ts';

export async function sealIngest(deps: IngestDependencies, planned: PlannedIngest): Promise<Receipt> {
  const receiptKey = ledgerKeys.receipt(planned.date, planned.ingestId);
  const existing = await loadJson<Receipt>(deps.objects, deps.ledger, receiptKey);
  if (existing !== undefined) return existing;

  const receipt = await prepareReceipt(deps, planned);
  // Before the receipt: a crash in between is repaired by the repetition that still finds no receipt.
  if (receipt.status !== 'unchanged') await rememberContent(deps, receipt, receiptKey);
  if ((await deps.objects.putOnce(deps.ledger, receiptKey, printJson(receipt))) === 'exists') {
    return requireJson<Receipt>(deps.objects, deps.ledger, receiptKey);
  }
  return receipt;
}

async function prepareReceipt(deps: IngestDependencies, planned: PlannedIngest): Promise<Receipt> {
  const { bucket, key, attempt } = planned.request;
  const source = findSource(deps.definitions, key);
  if (source === undefined) throw new TidemarkError('FILE_UNROUTABLE', `no source is declared for the prefix of ${key}`);
  const base = {
    ingestId: planned.ingestId,
    bucket,
    key,
    versionId: planned.request.versionId || undefined,
    attempt,
    source: source.name,
    group: source.group.name,
    uploadedAt: planned.uploadedAt,
    sealedAt: new Date(deps.waiting.nowMs()).toISOString(),
  };
  const nothing = {
    rows: { read: 0, accepted: 0, quarantined: 0 },
    writes: { online: 0, offlineOnly: 0 },
    chunks: 0,
    reasons: {},
    quarantineKeys: [],
    refusal: undefined,
    previousReceipt: undefined,
  };
  const { groupName } = (await deps.catalogue()).groups[source.group.name] ?? { groupName: '' };

  if (planned.outcome === 'unchanged') {
    const sealed = await requireJson<SealedContent>(deps.objects, deps.ledger, ledgerKeys.sealed(bucket, key));
    return {
      ...base,
      ...nothing,
      status: 'unchanged',
      groupName,
      etag: sealed.etag,
      sizeBytes: sealed.sizeBytes,
      sha256: sealed.sha256,
      definitionHash: sealed.definitionHash,
      previousReceipt: sealed.receiptKey,
    };
  }
  if (planned.outcome === 'refused') {
    const quarantineKey = await quarantineFile(deps, planned);
    const head = await deps.objects.head(planned.request);
    return {
      ...base,
      ...nothing,
      status: 'refused',
      groupName,
      etag: head?.etag ?? '',
      sizeBytes: head?.sizeBytes ?? 0,
      sha256: undefined,
      definitionHash: definitionHash(source),
      quarantineKeys: [quarantineKey],
      refusal: planned.refusal,
    };
  }

  const plan = await requireJson<IngestPlan>(deps.objects, deps.ledger, planned.planKey);
  const results = await loadResults(deps.objects, deps.ledger, plan);
  const sum = (pick: (result: ChunkResult) => number) => results.reduce((total, result) => total + pick(result), 0);
  const rows = { read: sum((one) => one.rows), accepted: sum((one) => one.accepted), quarantined: sum((one) => one.quarantined) };
  if (
    results.length !== plan.file.chunks.length ||
    rows.read !== plan.file.rows ||
    rows.read !== rows.accepted + rows.quarantined
  ) {
    throw new TidemarkError(
      'INGEST_INCOMPLETE',
      `${results.length} of ${plan.file.chunks.length} chunks hold ${rows.accepted} accepted and ${rows.quarantined} quarantined of ${plan.file.rows} rows`,
    );
  }
  const online = sum((one) => one.online);
  return {
    ...base,
    status: 'sealed',
    groupName: plan.groupName,
    etag: plan.etag,
    sizeBytes: plan.file.sizeBytes,
    sha256: plan.file.sha256,
    definitionHash: plan.definitionHash,
    rows,
    writes: { online, offlineOnly: rows.accepted - online },
    chunks: results.length,
    reasons: addReasons(results),
    hours: addHours(results.map(({ hours }) => hours)),
    quarantineKeys: results.flatMap((one) => one.quarantineKey ?? []),
    refusal: undefined,
    previousReceipt: undefined,
  };
}

async function loadResults(objects: ObjectStore, ledger: string, plan: IngestPlan): Promise<ChunkResult[]> {
  const results: ChunkResult[] = [];
  for await (const { key } of objects.list(ledger, ledgerKeys.chunkResults(plan.date, plan.ingestId))) {
    results.push(await requireJson<ChunkResult>(objects, ledger, key));
  }
  return results;
}

async function quarantineFile(deps: IngestDependencies, { date, ingestId, request, refusal }: PlannedIngest): Promise<string> {
  const key = ledgerKeys.quarantine(date, ingestId, 'file');
  await deps.objects.put(deps.ledger, key, printQuarantine([quarantinedFile(request, refusal)]));
  return key;
}

/** So that the same content under the same key ends at once next time, whether it was taken or refused. */
async function rememberContent(deps: IngestDependencies, receipt: Receipt, receiptKey: string): Promise<void> {
  const { bucket, key, etag, sizeBytes, sha256, definitionHash } = receipt;
  const sealed: SealedContent = { etag, sizeBytes, sha256, definitionHash, receiptKey };
  await deps.objects.put(deps.ledger, ledgerKeys.sealed(bucket, key), printJson(sealed));
}

/** A receipt by its key. @throws RECEIPT_UNKNOWN */
export async function requireReceipt(objects: ObjectStore, ledger: string, key: string): Promise<Receipt> {
  const receipt = await loadJson<Receipt>(objects, ledger, key);
  if (receipt === undefined) throw new TidemarkError('RECEIPT_UNKNOWN', `there is no receipt ${key}`);
  return receipt;
}
