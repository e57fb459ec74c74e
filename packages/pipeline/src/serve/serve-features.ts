/**
 * Answers a request for features: entity rows → the records they need → typed values with event time and status.
 *
 * Records are read at most once a request, shared by requests under way (single flight), and kept for as long as the
 * view allows. A record that cannot be read spoils its own features only.
 */
import { type Definitions, decodeValue, EVENT_TIME_FEATURE, type FeatureType, type FeatureValue, parseIsoNs, TidemarkError, toMs } from '@tidemark/domain';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { hashParts } from '../ledger/ledger-keys.ts';
import type { FeatureReader, OnlineRecord } from '../ports/feature-store.ts';
import type { Waiting } from '../ports/waiting.ts';
import { type AuditKey, type AuditLine, auditKeyOf } from './audit-line.ts';
import { answerFeature, type FeatureAnswer, type FeatureStatus } from './feature-answer.ts';
import { readRecords, recordId, type WantedRecords } from './read-records.ts';
import { RecordCache, type ServedRecord } from './record-cache.ts';
import type { EntityRow, ServeRequest } from './serve-request.ts';
import { planServing, type ServingPlan } from './serving-plan.ts';

const DEADLINE_MS = 10_000;
const MOST_ANSWER_BYTES = 5 * 1024 * 1024;

export interface ServeDependencies {
  readonly definitions: Definitions;
  readonly catalogue: () => Promise<Catalogue>;
  readonly reader: FeatureReader;
  readonly waiting: Waiting;
  readonly auditKey: AuditKey;
}

export interface ServedAnswer {
  readonly body: string;
  readonly audit: AuditLine;
}

export interface FeatureServer {
  serve(request: ServeRequest, context: { readonly requestId: string; readonly caller: string }): Promise<ServedAnswer>;
}

export function createFeatureServer(deps: ServeDependencies): FeatureServer {
  const cache = new RecordCache();
  const underWay = new Map<string, Promise<ServedRecord | 'failed'>>();
  const plans = new Map<string, { readonly version: number; readonly plan: ServingPlan }>();

  const planOf = async (request: ServeRequest): Promise<ServingPlan> => {
    const catalogue = await deps.catalogue();
    const held = plans.get(request.view.name);
    if (held?.version === catalogue.version) return held.plan;
    const plan = planServing(request.view, catalogue, EVENT_TIME_FEATURE);
    plans.set(request.view.name, { version: catalogue.version, plan });
    return plan;
  };

  return {
    async serve(request, context) {
      const plan = await planOf(request);
      const asOfMs = deps.waiting.nowMs();
      const held = new Map<string, ServedRecord | 'failed'>();
      const joining: Promise<unknown>[] = [];
      const wanted = new Map<string, Set<string>>();
      let cacheHits = 0;

      const keys = request.rows.map((row) =>
        plan.joins.map((one) => {
          const entityKey = one.entityKeyOf(row);
          const id = recordId(one.groupName, entityKey);
          if (held.has(id) || wanted.get(one.groupName)?.has(entityKey)) return id;
          const record = cache.get(id, asOfMs, plan.view.maxStalenessMs);
          if (record !== undefined) {
            held.set(id, record);
            cacheHits++;
          } else if (plan.view.maxStalenessMs > 0 && underWay.has(id)) {
            joining.push((underWay.get(id) as Promise<ServedRecord | 'failed'>).then((one) => held.set(id, one)));
          } else {
            const group = wanted.get(one.groupName) ?? new Set();
            wanted.set(one.groupName, group.add(entityKey));
          }
          return id;
        }),
      );
      const reads = [...wanted.values()].reduce((sum, group) => sum + group.size, 0);
      if (reads > 0) await readInto(deps, plan, wanted, held, cache, underWay, asOfMs);
      await Promise.all(joining);

      const statuses: Partial<Record<FeatureStatus, number>> = {};
      const rows = request.rows.map((row, at) => ({
        entity: row,
        features: answerRow(plan, request, row, (keys[at] as string[]).map((id) => held.get(id) ?? 'failed'), asOfMs, statuses),
      }));
      const body = printAnswer(plan, { view: plan.view.name, requestId: context.requestId, asOf: new Date(asOfMs).toISOString(), rows });
      return { body, audit: auditLine(deps, plan, request, context, keys, held, statuses, cacheHits, reads) };
    },
  };
}

async function readInto(
  deps: ServeDependencies,
  plan: ServingPlan,
  wanted: ReadonlyMap<string, ReadonlySet<string>>,
  held: Map<string, ServedRecord | 'failed'>,
  cache: RecordCache,
  underWay: Map<string, Promise<ServedRecord | 'failed'>>,
  nowMs: number,
): Promise<void> {
  const requests: WantedRecords[] = [...wanted].map(([groupName, entityKeys]) => ({
    groupName,
    entityKeys: [...entityKeys],
    features: plan.reads.get(groupName) ?? [],
  }));
  const types = typesOf(plan);
  const reading = readRecords(deps, requests, nowMs + DEADLINE_MS).then(({ found, failed }) => {
    const records = new Map(found.map((record) => [recordId(record.groupName, record.entityKey), record]));
    for (const { groupName, entityKeys } of requests) {
      for (const entityKey of entityKeys) {
        const id = recordId(groupName, entityKey);
        const record = failed.has(id) ? 'failed' : servedRecord(types.get(groupName), records.get(id), auditKeyOf(deps.auditKey, entityKey));
        held.set(id, record);
        if (record !== 'failed' && plan.view.maxStalenessMs > 0) cache.put(id, record, nowMs);
      }
    }
  });
  if (plan.view.maxStalenessMs > 0) {
    for (const { groupName, entityKeys } of requests) {
      for (const entityKey of entityKeys) {
        const id = recordId(groupName, entityKey);
        underWay.set(id, reading.then(() => held.get(id) ?? 'failed').finally(() => underWay.delete(id)));
        underWay.get(id)?.catch(() => {});
      }
    }
  }
  await reading;
}

/** Physical group → feature → declared type. */
function typesOf(plan: ServingPlan): ReadonlyMap<string, ReadonlyMap<string, FeatureType>> {
  const types = new Map<string, Map<string, FeatureType>>();
  for (const { groupName, features } of plan.joins) {
    const group = types.get(groupName) ?? new Map<string, FeatureType>();
    types.set(groupName, group);
    for (const { feature, type } of features) group.set(feature, type);
  }
  return types;
}

function servedRecord(types: ReadonlyMap<string, FeatureType> | undefined, record: OnlineRecord | undefined, auditKey: string): ServedRecord {
  const values = new Map<string, FeatureValue | undefined>();
  const eventTime = record?.values.get(EVENT_TIME_FEATURE);
  const timeNs = typeof eventTime === 'string' ? parseIsoNs(eventTime) : undefined;
  const never = Number.POSITIVE_INFINITY;
  if (record === undefined || timeNs === undefined) return { eventTime: undefined, eventTimeMs: 0, expiresAtMs: never, values, auditKey };
  for (const [feature, type] of types ?? []) {
    const value = record.values.get(feature);
    if (value !== undefined) values.set(feature, decodeValue(type, value));
  }
  const expiresAtMs = record.expiresAt === undefined ? never : Date.parse(record.expiresAt);
  return { eventTime: eventTime as string, eventTimeMs: toMs(timeNs), expiresAtMs: Number.isNaN(expiresAtMs) ? never : expiresAtMs, values, auditKey };
}

function answerRow(
  plan: ServingPlan,
  request: ServeRequest,
  entity: EntityRow,
  records: readonly (ServedRecord | 'failed')[],
  asOfMs: number,
  statuses: Partial<Record<FeatureStatus, number>>,
): Record<string, FeatureAnswer> {
  const all: Record<string, FeatureAnswer> = {};
  plan.joins.forEach(({ join, features }, at) => {
    for (const { name, feature } of features) all[name] = answerFeature(join, records[at] ?? 'failed', feature, asOfMs);
  });
  const computed = Object.entries(plan.view.requestFeatures).filter(([name]) => request.features?.has(name) ?? true);
  if (computed.length > 0) {
    const features = Object.fromEntries(Object.entries(all).map(([name, answer]) => [name, answer.value]));
    const eventTime = new Date(asOfMs).toISOString();
    for (const [name, feature] of computed) {
      const value = feature.compute({ timeMs: asOfMs, entity: entity as never, features: features as never }) as FeatureValue | null;
      all[name] = { value, eventTime, status: value === null ? 'missing' : 'fresh' };
    }
  }
  const asked = request.features === undefined ? all : Object.fromEntries(Object.entries(all).filter(([name]) => request.features?.has(name)));
  for (const { status } of Object.values(asked)) statuses[status] = (statuses[status] ?? 0) + 1;
  return asked;
}

/** JSON with 64-bit integers as plain numbers. @throws REQUEST_TOO_LARGE */
function printAnswer(plan: ServingPlan, answer: unknown): string {
  const body = plan.int64 ? JSON.stringify(answer, (_, value) => (typeof value === 'bigint' ? rawNumber(value) : value)) : JSON.stringify(answer);
  if (body.length > MOST_ANSWER_BYTES || Buffer.byteLength(body) > MOST_ANSWER_BYTES) {
    throw new TidemarkError('REQUEST_TOO_LARGE', 'the answer would be larger than 5 MB: ask for fewer rows or features');
  }
  return body;
}

const rawNumber = (value: bigint): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(value.toString());

function auditLine(
  deps: ServeDependencies,
  plan: ServingPlan,
  request: ServeRequest,
  context: { readonly requestId: string; readonly caller: string },
  keys: readonly (readonly string[])[],
  held: ReadonlyMap<string, ServedRecord | 'failed'>,
  statuses: AuditLine['statuses'],
  cacheHits: number,
  reads: number,
): AuditLine {
  const entities = new Set<string>();
  for (const id of keys.flat()) {
    const record = held.get(id);
    entities.add(record === undefined || record === 'failed' ? auditKeyOf(deps.auditKey, id.slice(id.indexOf('\u0000') + 1)) : record.auditKey);
  }
  const names = [...(request.features ?? [...plan.joins.flatMap((join) => join.features.map((one) => one.name)), ...Object.keys(plan.view.requestFeatures)])];
  return {
    kind: 'feature-read',
    requestId: context.requestId,
    caller: context.caller,
    view: plan.view.name,
    featureSet: hashParts(...names.sort()).slice(0, 16),
    rows: request.rows.length,
    keyId: deps.auditKey.id,
    entities: [...entities],
    statuses,
    cacheHits,
    reads,
  };
}
