/** What became of the records of a batch, as counts: what a stream's status is added up from. */
import { printJson } from '../ledger/json-objects.ts';
import { dateOf, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { StreamRecord, Verdict } from './stream-batch.ts';

/** in = accepted + duplicates + quarantined, always. */
export interface GroupCounts {
  readonly in: number;
  readonly accepted: number;
  /** Events that had been accepted before, sent twice or delivered twice. */
  readonly duplicates: number;
  readonly quarantined: number;
  /** Those of the quarantined that came later than lateness allows. */
  readonly late: number;
}

export interface BatchEvidence {
  readonly stream: string;
  readonly shardId: string;
  /** Sequence numbers of the records that it counts, both included. */
  readonly first: string;
  readonly last: string;
  readonly arrivedFrom: string;
  readonly arrivedTo: string;
  /** Records of the stream. */
  readonly records: number;
  /** Those of them that no source takes, where the stream says that this is meant. */
  readonly ignored: number;
  /** Those of them that were quarantined before any source saw them. */
  readonly unreadable: number;
  readonly groups: Readonly<Record<string, GroupCounts>>;
  /** Refusals by code, of records and of their groups. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** @param records At least one. */
export function countBatch(
  place: { readonly stream: string; readonly shardId: string },
  records: readonly StreamRecord[],
  verdicts: readonly Verdict[],
): BatchEvidence {
  const [first, last] = [records[0], records.at(-1)] as [StreamRecord, StreamRecord];
  const groups: Record<string, GroupCounts> = {};
  for (const [group, ofGroup] of Map.groupBy(verdicts, ({ source }) => source?.group.name)) {
    if (group !== undefined) groups[group] = countGroup(ofGroup);
  }
  const refusals = verdicts.flatMap(({ outcome }) => (typeof outcome === 'object' ? [outcome.code] : []));
  return {
    ...place,
    first: first.sequenceNumber,
    last: last.sequenceNumber,
    arrivedFrom: new Date(first.arrivedMs).toISOString(),
    arrivedTo: new Date(last.arrivedMs).toISOString(),
    records: records.length,
    ignored: verdicts.filter(({ outcome }) => outcome === 'ignored').length,
    unreadable: verdicts.filter(({ source, outcome }) => source === undefined && typeof outcome === 'object').length,
    groups: Object.fromEntries(Object.entries(groups).sort(([a], [b]) => (a < b ? -1 : 1))),
    reasons: Object.fromEntries([...Map.groupBy(refusals.toSorted(), (code) => code)].map(([code, all]) => [code, all.length])),
  };
}

function countGroup(verdicts: readonly Verdict[]): GroupCounts {
  const count = (is: (outcome: Verdict['outcome']) => boolean) => verdicts.filter(({ outcome }) => is(outcome)).length;
  return {
    in: verdicts.length,
    accepted: count((outcome) => outcome === 'accepted'),
    duplicates: count((outcome) => outcome === 'duplicate'),
    quarantined: count((outcome) => typeof outcome === 'object'),
    late: count((outcome) => typeof outcome === 'object' && outcome.code === 'EVENT_LATE'),
  };
}

/** Put once: of a batch that is delivered again the first count stands, in which its events are not yet duplicates. */
export async function saveEvidence(objects: ObjectStore, ledger: string, evidence: BatchEvidence): Promise<void> {
  const { stream, shardId, first, last, arrivedFrom } = evidence;
  const key = ledgerKeys.streamBatch(dateOf(Date.parse(arrivedFrom)), stream, shardId, first, last);
  await objects.putOnce(ledger, key, printJson(evidence));
}

/**
 * Evidence without what was delivered again: a batch whose records all lie in batches before it counts nothing.
 * @param batches Of any streams and shards, in any order.
 */
export function withoutRedelivered(batches: readonly BatchEvidence[]): BatchEvidence[] {
  const kept: BatchEvidence[] = [];
  for (const ofShard of Map.groupBy(batches, ({ stream, shardId }) => `${stream} ${shardId}`).values()) {
    let coveredTo = -1n;
    for (const one of ofShard.toSorted(
      (a, b) => compare(BigInt(a.first), BigInt(b.first)) || compare(BigInt(b.last), BigInt(a.last)),
    )) {
      if (BigInt(one.last) <= coveredTo) continue;
      kept.push(one);
      coveredTo = BigInt(one.last);
    }
  }
  return kept;
}

const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);
