/** The records of a batch → the events that each source takes, or why a record waits in quarantine. Never throws. */
import { type EventStream, isRefusal, type Refusal, refuse, type StreamSource } from '@tidemark/domain';
import { parseJsonRow } from '../files/json-row.ts';
import { typeRow } from '../files/type-row.ts';
import type { RoutedEvent, StreamRecord, Verdict } from './stream-batch.ts';

const MAX_EVENT_BYTES = 1024 * 1024;

export interface RoutedBatch {
  readonly events: readonly RoutedEvent[];
  readonly verdicts: readonly Verdict[];
}

export function routeRecords(
  stream: EventStream,
  sources: readonly StreamSource[],
  records: readonly StreamRecord[],
): RoutedBatch {
  const events: RoutedEvent[] = [];
  const verdicts: Verdict[] = [];
  for (const [at, record] of records.entries()) {
    const decoded = decodeRecord(stream, record);
    if (isRefusal(decoded)) {
      verdicts.push({ at, source: undefined, outcome: decoded });
      continue;
    }
    let taken = false;
    for (const source of sources) {
      const input = inputOf(source, decoded.event);
      if (input === undefined) continue;
      taken = true;
      if ('refusal' in input) verdicts.push({ at, source, outcome: input.refusal });
      else events.push({ at, record, source, input: input.mapped });
    }
    if (!taken) verdicts.push({ at, source: undefined, outcome: stream.unmatched === 'ignore' ? 'ignored' : UNKNOWN_TYPE });
  }
  return { events, verdicts };
}

const UNKNOWN_TYPE = refuse(
  'EVENT_UNKNOWN_TYPE',
  "no source of the stream takes the event: add one, or declare unmatched: 'ignore'",
);

type Event = Readonly<Record<string, unknown>>;

/** The typed event. It is wrapped, since a column may be called `code`. */
function decodeRecord(stream: EventStream, { data }: StreamRecord): { readonly event: Event } | Refusal {
  if (data.byteLength > MAX_EVENT_BYTES) return refuse('EVENT_TOO_LARGE', 'the record is larger than 1 MB');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(data);
  } catch {
    return refuse('ROW_UNDECODABLE', 'the bytes of the record are not valid UTF-8');
  }
  const content = parseJsonRow(text);
  if ('refusal' in content) return content.refusal;
  const typed = typeRow(stream, content.fields);
  return isRefusal(typed) ? typed : { event: typed.row };
}

/** Undefined where the source's filter leaves the event out. Filter and mapping are the user's code: what they throw is a refusal. */
function inputOf(source: StreamSource, event: Event): { readonly mapped: Event } | { readonly refusal: Refusal } | undefined {
  try {
    if (!source.filter(event as never)) return undefined;
    const mapped: unknown = source.map(event as never);
    if (typeof mapped === 'object' && mapped !== null) return { mapped: mapped as Event };
    return { refusal: refuse('ROW_MAPPING_FAILED', `the mapping of source ${source.name} returned no object`) };
  } catch {
    return { refusal: refuse('ROW_MAPPING_FAILED', `the filter or mapping of source ${source.name} threw`) };
  }
}
