/**
 * Reading events, forwards and backwards. A token is the event after which reading goes on: `f/{timestamp}.{id}` towards
 * newer ones, `b/{timestamp}.{id}` towards older ones.
 */
import type {
  FilterLogEventsRequest,
  FilterLogEventsResponse,
  GetLogEventsRequest,
  GetLogEventsResponse,
} from '@aws-sdk/client-cloudwatch-logs';
import type { EngineContext } from '../engine-context.ts';
import { parseFilterPattern } from './filter-pattern.ts';
import type { LogEvent, LogPosition, LogRange, LogStore } from './log-store.ts';
import { invalid, limitOf, requireGroup, requireStream } from './requests.ts';

const MOST_EVENTS = 10_000;
const MOST_BYTES = 1_048_576;
const MOST_STREAMS = 100;

type Order = LogRange['order'];

function parseToken(token: string | undefined): { order: Order; beyond: LogPosition } | undefined {
  if (token === undefined) return undefined;
  const [, direction, timestamp, id] = /^([fb])\/(\d{1,15})\.(\d{1,15})$/.exec(token) ?? [];
  if (direction === undefined) throw invalid('The specified nextToken is invalid.');
  return {
    order: direction === 'f' ? 'ascending' : 'descending',
    beyond: { timestampMs: Number(timestamp), id: Number(id) },
  };
}

const printToken = (direction: 'f' | 'b', { timestampMs, id }: LogPosition) => `${direction}/${timestampMs}.${id}`;

/** Up to so many events and a megabyte that match; `isEnd` when there are no more. */
function readPage(store: LogStore, range: LogRange, matches: (event: LogEvent) => boolean, limit: number) {
  const events: LogEvent[] = [];
  let bytes = 0;
  for (const event of store.read(range)) {
    if (!matches(event)) continue;
    bytes += Buffer.byteLength(event.message);
    if (events.length === limit || (events.length > 0 && bytes > MOST_BYTES)) return { events, isEnd: false };
    events.push(event);
  }
  return { events, isEnd: true };
}

const printEvent = ({ timestampMs, ingestedMs, message }: LogEvent) => ({
  timestamp: timestampMs,
  message,
  ingestionTime: ingestedMs,
});

/** Over all streams of a group; the end of the range is included. */
export function filterLogEvents(context: EngineContext, store: LogStore, input: FilterLogEventsRequest): FilterLogEventsResponse {
  const group = requireGroup(store, input);
  const { logStreamNames: named = [], logStreamNamePrefix: prefix } = input;
  if (named.length > MOST_STREAMS) throw invalid(`logStreamNames takes up to ${MOST_STREAMS} names.`);
  if (named.length > 0 && prefix !== undefined) throw invalid('Specify either logStreamNames or logStreamNamePrefix.');
  for (const name of named) requireStream(store, group, name);
  const pattern = parseFilterPattern(input.filterPattern ?? '');
  const from = parseToken(input.nextToken);
  store.expire(group, context.clock.nowMs());
  const order = from?.order ?? (input.startFromHead === false ? 'descending' : 'ascending');
  const { events, isEnd } = readPage(
    store,
    { group, fromMs: input.startTime ?? 0, toMs: input.endTime ?? Number.MAX_SAFE_INTEGER, order, beyond: from?.beyond },
    ({ stream, message }) =>
      (named.length === 0 || named.includes(stream)) && stream.startsWith(prefix ?? '') && pattern(message),
    limitOf(input.limit, MOST_EVENTS),
  );
  const last = events.at(-1);
  return {
    events: events.map((event) => ({
      logStreamName: event.stream,
      ...printEvent(event),
      eventId: String(event.id).padStart(56, '0'),
    })),
    searchedLogStreams: [],
    ...(isEnd || last === undefined ? {} : { nextToken: printToken(order === 'ascending' ? 'f' : 'b', last) }),
  };
}

/** Of one stream; the end of the range is not included. Without a token the newest come first, each page in order of time. */
export function getLogEvents(context: EngineContext, store: LogStore, input: GetLogEventsRequest): GetLogEventsResponse {
  const group = requireGroup(store, input);
  const stream = requireStream(store, group, input.logStreamName);
  const from = parseToken(input.nextToken);
  const order = from?.order ?? (input.startFromHead === true ? 'ascending' : 'descending');
  store.expire(group, context.clock.nowMs());
  const { events } = readPage(
    store,
    {
      group,
      stream: stream.name,
      fromMs: input.startTime ?? 0,
      toMs: (input.endTime ?? Number.MAX_SAFE_INTEGER) - 1,
      order,
      beyond: from?.beyond,
    },
    () => true,
    limitOf(input.limit, MOST_EVENTS),
  );
  if (order === 'descending') events.reverse();
  const [first, last] = [events[0], events.at(-1)];
  const start = from?.beyond ?? { timestampMs: 0, id: 0 };
  return {
    events: events.map(printEvent),
    nextForwardToken: printToken('f', last ?? start),
    nextBackwardToken: printToken('b', first ?? start),
  };
}
