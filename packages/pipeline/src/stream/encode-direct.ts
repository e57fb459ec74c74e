import { encodeRecord, type FeatureRecord, type Group, isRefusal, NS_PER, refuse } from '@tidemark/domain';
import type { RoutedEvent, Verdict } from './stream-batch.ts';

/** A record for the group of a direct source. */
export interface DirectRecord {
  readonly at: number;
  readonly group: Group;
  readonly record: FeatureRecord;
}

/**
 * Events of direct sources as records. What lies too far ahead is refused: online it would stand in the way of every event
 * until its time comes.
 */
export function encodeDirect(routed: readonly RoutedEvent[]): { records: DirectRecord[]; verdicts: Verdict[] } {
  const records: DirectRecord[] = [];
  const verdicts: Verdict[] = [];
  for (const { at, record: received, source, input } of routed) {
    const record = encodeRecord(source.group, input);
    const latestNs = BigInt(received.arrivedMs + source.futureToleranceMs) * NS_PER.ms;
    if (isRefusal(record)) verdicts.push({ at, source, outcome: record });
    else if (record.eventTimeNs > latestNs) {
      const message = `the event time lies more than ${source.futureToleranceMs} ms after the arrival`;
      verdicts.push({ at, source, outcome: refuse('EVENT_FUTURE', message, 'eventTime') });
    } else {
      verdicts.push({ at, source, outcome: 'accepted' });
      records.push({ at, group: source.group, record });
    }
  }
  return { records, verdicts };
}
