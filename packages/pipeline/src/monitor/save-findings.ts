/** Findings as lines of the ledger: the entity by its HMAC, when, and where to look; never a key, never a value. */
import { NS_PER, type Precision, printIso, toMs } from '@tidemark/domain';
import type { OfflineTable } from '../catalogue/catalogue.ts';
import { partitionFolder } from '../catalogue/history-files.ts';
import { dateOf, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { type AuditKey, createAuditKeys } from '../serve/audit-line.ts';
import type { Finding, Inconsistency } from './finding.ts';
import type { Verdict } from './judge-entity.ts';
import type { GroupState } from './monitor-request.ts';

/** Lines of one list. What is beyond is counted in the report. */
const MOST_FINDINGS = 10_000;

/** Answers the key of the list; undefined when nothing was found. */
export async function saveFindings(
  deps: { readonly objects: ObjectStore; readonly ledger: string; readonly auditKey: AuditKey },
  { id, startedAt, group }: GroupState,
  place: { readonly groupName: string; readonly offline: OfflineTable },
  { verdicts, hours }: { readonly verdicts: ReadonlyMap<string, Verdict>; readonly hours: readonly Finding[] },
): Promise<string | undefined> {
  const found = [
    ...hours.map((finding) => ({ entityKey: undefined, finding })),
    ...[...verdicts].flatMap(([entityKey, { findings }]) => findings.map((finding) => ({ entityKey, finding }))),
  ];
  if (found.length === 0) return undefined;
  const nowMs = Date.parse(startedAt);
  const hmac = createAuditKeys(deps.auditKey);
  const lines = found.slice(0, MOST_FINDINGS).map(
    ({ entityKey, finding }): Inconsistency => ({
      group,
      groupName: place.groupName,
      entity: entityKey === undefined ? undefined : hmac(entityKey, nowMs),
      keyId: deps.auditKey.id,
      kind: finding.kind,
      features: finding.features,
      historyTime: print(finding.historyTimeNs),
      onlineTime: print(finding.onlineTimeNs),
      look: { partition: partitionOf(place.offline, finding), execution: id },
    }),
  );
  const key = ledgerKeys.inconsistencies(dateOf(nowMs), id, group);
  await deps.objects.put(deps.ledger, key, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return key;
}

function partitionOf(offline: OfflineTable, { historyTimeNs, onlineTimeNs }: Finding): string | undefined {
  const timeNs = historyTimeNs ?? onlineTimeNs;
  return timeNs === undefined ? undefined : partitionFolder(offline, toMs(timeNs));
}

const print = (timeNs: bigint | undefined) => (timeNs === undefined ? undefined : printIso(timeNs, finestOf(timeNs)));

const finestOf = (timeNs: bigint): Precision =>
  (['s', 'ms', 'us'] as const).find((precision) => timeNs % NS_PER[precision] === 0n) ?? 'ns';
