import type { CreateLogStreamRequest, PutLogEventsRequest, PutLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { EngineContext } from '../engine-context.ts';
import { AwsError } from '../wire/aws-error.ts';
import { DAY_MS, type LogStore } from './log-store.ts';
import { invalid, requireGroup, requireStream } from './requests.ts';

const MOST_EVENTS = 10_000;
const MOST_BYTES = 1_048_576;
const BYTES_BESIDE_MESSAGE = 26;
const LATEST_MS = 2 * 3_600_000;
const OLDEST_MS = 14 * DAY_MS;

export function createLogStream({ clock }: EngineContext, store: LogStore, input: CreateLogStreamRequest): object {
  const { logStreamName: name = '' } = input;
  if (!/^[^:*]{1,512}$/.test(name)) throw invalid('logStreamName must have 1 to 512 characters, none of them : or *.');
  const group = requireGroup(store, input);
  if (!store.addStream(group, name, clock.nowMs()))
    throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
  return {};
}

/** Events that are too new, too old or past the group's retention are refused and told of, the others are kept. */
export function putLogEvents({ clock }: EngineContext, store: LogStore, input: PutLogEventsRequest): PutLogEventsResponse {
  const events = (input.logEvents ?? []).map(({ timestamp = 0, message = '' }) => ({ timestampMs: timestamp, message }));
  checkBatch(events);
  const group = requireGroup(store, input);
  const stream = requireStream(store, group, input.logStreamName);
  const nowMs = clock.nowMs();
  const expiredMs = group.retentionDays === null ? 0 : nowMs - group.retentionDays * DAY_MS;
  const firstFrom = (fromMs: number) => {
    const index = events.findIndex(({ timestampMs }) => timestampMs >= fromMs);
    return index < 0 ? events.length : index;
  };
  const tooNew = firstFrom(nowMs + LATEST_MS + 1);
  const tooOld = firstFrom(nowMs - OLDEST_MS);
  const expired = firstFrom(expiredMs);
  const kept = events.slice(Math.max(tooOld, expired), tooNew);
  if ((kept.at(-1)?.timestampMs ?? 0) - (kept[0]?.timestampMs ?? 0) > DAY_MS)
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  store.append(group, stream, kept, nowMs);
  store.expire(group, nowMs);
  if (kept.length === events.length) return {};
  return {
    rejectedLogEventsInfo: {
      ...(tooNew < events.length ? { tooNewLogEventStartIndex: tooNew } : {}),
      ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
      ...(expired > 0 ? { expiredLogEventEndIndex: expired } : {}),
    },
  };
}

function checkBatch(events: readonly { readonly timestampMs: number; readonly message: string }[]): void {
  if (events.length < 1 || events.length > MOST_EVENTS) throw invalid(`logEvents must have 1 to ${MOST_EVENTS} events.`);
  if (events.some(({ message }) => message === '')) throw invalid('Log event message must not be empty.');
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + BYTES_BESIDE_MESSAGE, 0);
  if (bytes > MOST_BYTES) throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${MOST_BYTES}`);
  if (events.some(({ timestampMs }, at) => timestampMs < (events[at - 1]?.timestampMs ?? 0)))
    throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
}
