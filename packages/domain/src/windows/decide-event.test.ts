import { describe, expect, test } from 'vitest';
import { encodeRecord, isRefusal } from '../encode-record.ts';
import { emptyWindowState } from './accept-event.ts';
import { aggregate } from './aggregate.ts';
import { airport, airportActivity } from './airport-activity.fixture.ts';
import { decideEvent } from './decide-event.ts';
import { defineWindowedGroup, type WindowedGroup } from './define-windowed-group.ts';
import { encodeEvent, type WindowEvent } from './encode-event.ts';
import { evaluateWindows } from './evaluate-windows.ts';
import { field } from './event-field.ts';
import { eventGroupOf, stateGroupOf } from './window-groups.ts';
import { windowRecord } from './window-record.ts';
import { nextRecordTimeMs, sealLineMs, type WindowState } from './window-state.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const NOON = Date.UTC(2026, 0, 31, 12);

interface Sent {
  readonly id?: string;
  readonly timeMs?: number;
  readonly arrivedMs?: number;
  readonly delay?: number;
  readonly destination?: string;
  readonly partitionKey?: string;
}

function event(group: WindowedGroup, { id = 'e1', timeMs = NOON, delay = 5, destination = 'JFK' }: Sent): WindowEvent {
  const encoded = encodeEvent(group, {
    airport: 'ATL',
    eventId: id,
    eventTime: new Date(timeMs).toISOString(),
    delay,
    destination,
  });
  if (isRefusal(encoded)) throw new Error(encoded.code);
  return encoded;
}
const decide = (sent: Sent, state = emptyWindowState(airportActivity), group: WindowedGroup = airportActivity) =>
  decideEvent(group, state, event(group, sent), {
    arrivedMs: sent.arrivedMs ?? sent.timeMs ?? NOON,
    partitionKey: sent.partitionKey ?? 'ATL',
  });
const after = (sent: readonly Sent[], group: WindowedGroup = airportActivity): WindowState =>
  sent.reduce((state, one) => decide(one, state, group).state, emptyWindowState(group));
const verdict = (...args: Parameters<typeof decide>) => {
  const decision = decide(...args);
  return decision.outcome === 'refused' ? decision.refusal.code : decision.outcome;
};

describe('every edge, and a millisecond beside it', () => {
  test.each([
    { why: 'as late as is allowed', arrivedMs: NOON + 24 * HOUR, expected: 'accepted' },
    { why: 'a millisecond later', arrivedMs: NOON + 24 * HOUR + 1, expected: 'EVENT_LATE' },
    { why: 'as far ahead as is tolerated', arrivedMs: NOON - 5 * MINUTE, expected: 'accepted' },
    { why: 'a millisecond further', arrivedMs: NOON - 5 * MINUTE - 1, expected: 'EVENT_FUTURE' },
  ])('$why', ({ arrivedMs, expected }) => {
    expect(verdict({ arrivedMs })).toBe(expected);
  });

  test.each([
    { why: 'at its own time an event is not yet known', atMs: NOON, departures: 0 },
    { why: 'a millisecond later it is', atMs: NOON + 1, departures: 1 },
    { why: 'until the last millisecond of the step that its window ends with', atMs: NOON + 6 * MINUTE - 1, departures: 1 },
    { why: 'then its step leaves the window', atMs: NOON + 6 * MINUTE, departures: 0 },
  ])('$why', ({ atMs, departures }) => {
    expect(evaluateWindows(airportActivity, after([{}]), atMs)?.departures_5m).toBe(departures);
  });

  test('a step seals when an arrival lies a future tolerance after its end; before the seal line there is no answer', () => {
    const open = after([{}, { id: 'e2', timeMs: NOON + 6 * MINUTE - 1 }]);
    expect(sealLineMs(airportActivity, open)).toBe(NOON);
    expect([open.open.length, open.tiles.length]).toEqual([2, 0]);
    const sealed = after([{}, { id: 'e2', timeMs: NOON + 6 * MINUTE }]);
    expect(sealLineMs(airportActivity, sealed)).toBe(NOON + MINUTE);
    expect([sealed.open.length, sealed.tiles.length]).toEqual([1, 1]);
    expect(evaluateWindows(airportActivity, sealed, NOON + MINUTE - 1)).toBeUndefined();
    expect(evaluateWindows(airportActivity, sealed, NOON + MINUTE)?.departures_5m).toBe(1);
  });
});

test('the plain values of a known hour', () => {
  const state = after([
    { id: 'a', timeMs: NOON - 50 * MINUTE, delay: -4, destination: 'JFK' },
    { id: 'b', timeMs: NOON - 10 * MINUTE, delay: 90, destination: 'LAX' },
    { id: 'c', timeMs: NOON - 2 * MINUTE, delay: 1, destination: 'JFK' },
    { id: 'd', timeMs: NOON - 100 * MINUTE, delay: 300, destination: 'SFO', arrivedMs: NOON },
  ]);
  expect(evaluateWindows(airportActivity, state, NOON)).toEqual({
    departures_5m: 1,
    departures_1h: 3,
    delay_sum_1h: 87,
    delay_mean_1h: 29,
    delay_max_3h: 300,
    destinations_1h: 2,
    last_destination: 'JFK',
  });
});

test('an entity that was never seen answers like an empty one, at any time', () => {
  expect(evaluateWindows(airportActivity, emptyWindowState(airportActivity), NOON)).toEqual({
    departures_5m: 0,
    departures_1h: 0,
    delay_sum_1h: 0,
    delay_mean_1h: null,
    delay_max_3h: null,
    destinations_1h: 0,
    last_destination: null,
  });
});

describe('one event, delivered again', () => {
  test('is a duplicate, and the state is the very same', () => {
    const state = after([{}]);
    const decision = decide({ arrivedMs: NOON + HOUR }, state);
    expect(decision.outcome).toBe('duplicate');
    expect(decision.state).toBe(state);
  });

  test.each([
    { why: 'other values', sent: { delay: 6 } },
    { why: 'another time', sent: { timeMs: NOON + 1 } },
  ])('with $why is a conflict', ({ sent }) => {
    expect(verdict(sent, after([{}]))).toBe('EVENT_ID_CONFLICT');
  });

  test('under another entity is another event', () => {
    expect(after([{}]).seen.size).toBe(1);
    expect(verdict({}, emptyWindowState(airportActivity))).toBe('accepted');
  });

  test('an id is free for another event once no copy of the first could be in time', () => {
    const state = after([{}, { id: 'e2', timeMs: NOON + 24 * HOUR + MINUTE }]);
    expect(verdict({ timeMs: NOON + 24 * HOUR, arrivedMs: NOON + 24 * HOUR }, state)).toBe('EVENT_ID_CONFLICT');
    expect(verdict({ timeMs: NOON + 24 * HOUR + MINUTE, arrivedMs: NOON + 24 * HOUR + MINUTE }, state)).toBe('accepted');
  });

  // Remembering ids for as long as lateness allows is not enough: the stream goes back to records whose arrival lies before
  // what the entity has seen. Without `redelivery` the first event of this stream would be counted a second time.
  test('is known however far the entity has gone on, as far back as redelivery allows', () => {
    const first = { timeMs: NOON - 24 * HOUR, arrivedMs: NOON };
    const within = after([first, { id: 'e2', timeMs: NOON + HOUR }]);
    expect(verdict(first, within)).toBe('duplicate');
    const beyond = after([first, { id: 'e2', timeMs: NOON + HOUR + MINUTE }]);
    expect(verdict(first, beyond)).toBe('EVENT_DELIVERED_TOO_LATE');
  });
});

test('a record whose partition key is not its entity does not touch the state', () => {
  expect(verdict({ partitionKey: 'JFK' })).toBe('EVENT_KEY_MISMATCH');
});

describe('bounds are refused by name, never cut', () => {
  const small = defineWindowedGroup({
    name: 'small',
    entity: airport,
    step: '1m',
    lateness: '1h',
    bounds: { events: 3, eventsPerStep: 2, distinctPerStep: 1 },
    fields: { destination: field.text({ maxBytes: 4 }), delay: field.integer() },
    windows: { destinations: aggregate.distinct('destination', { length: '1h' }) },
  });
  const twice = [{ id: 'a' }, { id: 'b' }];
  const sealed = [{ id: 'a' }, { id: 'x', timeMs: NOON + 10 * MINUTE }];

  test.each([
    { why: 'a third event of a step', before: twice, sent: { id: 'c' }, expected: 'EVENT_BOUND_EXCEEDED' },
    { why: 'a third event in the next step', before: twice, sent: { id: 'c', timeMs: NOON + MINUTE }, expected: 'accepted' },
    {
      why: 'a fourth event within lateness',
      before: [...twice, { id: 'c', timeMs: NOON + MINUTE }],
      sent: { id: 'd', timeMs: NOON + 2 * MINUTE },
      expected: 'EVENT_BOUND_EXCEEDED',
    },
    {
      why: 'a fourth event when the others are forgotten',
      before: [...twice, { id: 'c', timeMs: NOON + MINUTE }],
      sent: { id: 'd', timeMs: NOON + 3 * HOUR },
      expected: 'accepted',
    },
    {
      why: 'a second value of an open step',
      before: [{ id: 'a' }],
      sent: { id: 'b', destination: 'LAX' },
      expected: 'EVENT_BOUND_EXCEEDED',
    },
    {
      why: 'a second value of a sealed step',
      before: sealed,
      sent: { id: 'b', destination: 'LAX', arrivedMs: NOON + 10 * MINUTE },
      expected: 'EVENT_BOUND_EXCEEDED',
    },
    {
      why: 'the same value of a sealed step',
      before: sealed,
      sent: { id: 'b', arrivedMs: NOON + 10 * MINUTE },
      expected: 'accepted',
    },
  ])('$why', ({ before, sent, expected }) => {
    expect(verdict(sent, after(before, small), small)).toBe(expected);
  });
});

test('the event time of the record strictly grows, and is the arrival wherever that does', () => {
  expect(nextRecordTimeMs(Number.NEGATIVE_INFINITY, NOON)).toBe(NOON);
  expect(nextRecordTimeMs(NOON - 1, NOON)).toBe(NOON);
  expect(nextRecordTimeMs(NOON, NOON)).toBe(NOON + 1);
  expect(nextRecordTimeMs(NOON + 5, NOON)).toBe(NOON + 6);
});

test('what is decided fits the two groups in the store', () => {
  const decision = decide({ timeMs: NOON - 1, arrivedMs: NOON });
  if (decision.outcome !== 'accepted') throw new Error(decision.outcome);
  const history = encodeRecord(eventGroupOf(airportActivity), decision.row);
  expect(history).toMatchObject({ entityKey: 'ATL|e1', eventTime: new Date(NOON - 1).toISOString() });
  expect('values' in history && Object.fromEntries(history.values)).toMatchObject({
    airport: 'ATL',
    event_id: 'e1',
    event_entity: 'ATL',
    event_arrived_at: String(NOON),
    delay: '5',
  });
  const online = encodeRecord(stateGroupOf(airportActivity), windowRecord(airportActivity, [['airport', 'ATL']], decision.state));
  expect(online).toMatchObject({ entityKey: 'ATL', eventTime: '2026-01-31T12:00:00.000Z' });
  expect('values' in online && Object.fromEntries(online.values)).toMatchObject({ departures_1h: '1', last_destination: 'JFK' });
});
