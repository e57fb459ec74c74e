import type { Refusal } from '@tidemark/domain';
import { dateOf, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { StreamRecord, Verdict } from './stream-batch.ts';

/** One line of a stream's quarantine: a record that one source, or no source, could take. Only `raw` and `partitionKey` hold values. */
export interface StreamQuarantineLine {
  readonly stream: string;
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly arrivedAt: string;
  /** Undefined where the record did not get as far as a source. */
  readonly source: string | undefined;
  readonly group: string | undefined;
  readonly code: string;
  readonly field: string | undefined;
  readonly message: string;
  /** The record's bytes in base64. */
  readonly raw: string;
}

/**
 * Puts the refused records of a batch where they wait: one object for each day of arrival, named by the records in it, so
 * that the same batch delivered again writes the same. A batch that is cut otherwise next time may repeat a line: a line is
 * known by stream, shard, sequence number and source.
 */
export async function quarantineRecords(
  deps: { readonly objects: ObjectStore; readonly ledger: string },
  place: { readonly stream: string; readonly shardId: string },
  records: readonly StreamRecord[],
  verdicts: readonly Verdict[],
): Promise<void> {
  const refused = verdicts.filter((one): one is Verdict & { outcome: Refusal } => typeof one.outcome === 'object');
  const lines = refused.map(({ at, source, outcome: { code, field, message } }): StreamQuarantineLine => {
    const { sequenceNumber, partitionKey, arrivedMs, data } = records[at] as StreamRecord;
    const arrivedAt = new Date(arrivedMs).toISOString();
    const raw = Buffer.from(data).toString('base64');
    return {
      ...place,
      sequenceNumber,
      partitionKey,
      arrivedAt,
      source: source?.name,
      group: source?.group.name,
      code,
      field,
      message,
      raw,
    };
  });
  for (const [date, ofDay] of Map.groupBy(lines, ({ arrivedAt }) => dateOf(Date.parse(arrivedAt)))) {
    const [first, last] = [ofDay[0], ofDay.at(-1)].map((line) => line?.sequenceNumber ?? '') as [string, string];
    const key = ledgerKeys.quarantineBatch(date, place.stream, place.shardId, first, last);
    await deps.objects.put(deps.ledger, key, ofDay.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
}
