import { describe, expect, test } from 'vitest';
import { emptyWindowState } from './accept-event.ts';
import { aggregate } from './aggregate.ts';
import { airport, airportActivity } from './airport-activity.fixture.ts';
import { decideEvent } from './decide-event.ts';
import { defineWindowedGroup, type WindowedGroup } from './define-windowed-group.ts';
import { evaluateWindows } from './evaluate-windows.ts';
import { field } from './event-field.ts';
import { decodeWindowState, encodeWindowState, stateFingerprint } from './state-codec.ts';
import { greatestStateBytes } from './window-bounds.ts';
import type { WindowState } from './window-state.ts';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 0, 31, 12);
const settings = { name: 'full', entity: airport, step: '1m', lateness: '20m', futureTolerance: '1m', redelivery: '5m' } as const;
const fields = {
  city: field.text({ maxBytes: 9 }),
  delay: field.integer({ within: 99_999 }),
  price: field.decimal({ scale: 2, within: 9_999 }),
  ratio: field.number(),
};
const full = defineWindowedGroup({
  ...settings,
  fields,
  bounds: { events: 260, eventsPerStep: 10, idBytes: 20 },
  windows: {
    events: aggregate.count({ length: '10m' }),
    cities: aggregate.distinct('city', { length: '10m' }),
    first_city: aggregate.first('city', { length: '9m', step: '3m' }),
    last_city: aggregate.last('city'),
    most: aggregate.max('ratio', { length: '5m' }),
    spread: aggregate.variance('delay', { length: '10m' }),
    turnover: aggregate.sum('price', { length: '10m' }),
  },
});

const fullState = (): WindowState => windowsOf(full);

/** Ten events in each of the last thirty minutes, as long as their fields allow. */
function windowsOf(group: WindowedGroup): WindowState {
  let state = emptyWindowState(group);
  for (let at = 0; at < 300; at += 1) {
    const timeMs = NOON + Math.floor(at / 10) * MINUTE + 59_000 + at;
    const id = `${at}`.padStart(20, 'x');
    const values = { city: `city ${1_000 + at}`, delay: -99_999, price: -999_900, ratio: -1.7976931348623157e308 };
    const event = { entityKey: 'ATL', keyParts: [['airport', 'ATL']] as const, id, eventTime: '', timeMs, values };
    state = decideEvent(group, state, event, { arrivedMs: timeMs, partitionKey: 'ATL' }).state;
  }
  return state;
}

test('a state as full as its definition allows is below the bound, which is not far above it', () => {
  const state = fullState();
  const bytes = Buffer.byteLength(encodeWindowState(full, state));
  expect(state.seen.size).toBe(260);
  expect(bytes).toBeLessThanOrEqual(greatestStateBytes(full));
  expect(bytes).toBeGreaterThan(greatestStateBytes(full) * 0.6);
  expect(decodeWindowState(full, encodeWindowState(full, state))).toEqual(state);
});

test('the empty state', () => {
  const empty = emptyWindowState(airportActivity);
  expect(decodeWindowState(airportActivity, encodeWindowState(airportActivity, empty))).toEqual(empty);
});

describe('what is not a state', () => {
  const text = encodeWindowState(full, fullState());

  test.each([
    { why: 'cut', text: text.slice(0, -1) },
    { why: 'cut early', text: text.slice(0, 30) },
    { why: 'longer', text: `${text}x` },
    { why: 'with a number that is none', text: text.replace(/^(\S+ \S+ )\S+/, '$1!') },
  ])('$why: unreadable, never half a state', ({ text: broken }) => {
    expect(() => decodeWindowState(full, broken)).toThrow(expect.objectContaining({ code: 'WINDOW_STATE_UNREADABLE' }));
  });

  const redefined = (changes: object) =>
    defineWindowedGroup({
      ...settings,
      fields,
      bounds: full.windowed.bounds,
      windows: { events: aggregate.count({ length: '10m' }) },
      ...changes,
    } as never);
  test.each([
    { why: 'another window', group: redefined({ windows: { events: aggregate.count({ length: '11m' }) } }) },
    { why: 'another lateness', group: redefined({ lateness: '21m' }) },
    { why: 'another type', group: redefined({ fields: { ...fields, city: field.number() } }) },
    { why: 'another step', group: redefined({ step: '5m' }) },
  ])('$why: refused with the way out', ({ group }) => {
    const before = encodeWindowState(redefined({}), emptyWindowState(redefined({})));
    expect(() => decodeWindowState(group, before)).toThrow(
      expect.objectContaining({ code: 'WINDOW_STATE_INCOMPATIBLE', message: expect.stringContaining('rebuild') }),
    );
  });

  test('a shorter window over what is kept leaves a state as it is, a longer one does not', () => {
    const windows = { events: aggregate.count({ length: '10m' }) };
    const [one, more] = [redefined({ windows }), redefined({ windows: { ...windows, few: aggregate.count({ length: '3m' }) } })];
    expect(stateFingerprint(more)).toBe(stateFingerprint(one));
    expect(stateFingerprint(redefined({ windows: { ...windows, many: aggregate.count({ length: '11m' }) } }))).not.toBe(
      stateFingerprint(one),
    );
    const state = windowsOf(one);
    expect(decodeWindowState(more, encodeWindowState(one, state))).toEqual(state);
    expect(evaluateWindows(more, state, NOON + 30 * MINUTE)).toEqual({ events: 100, few: 30 });
  });

  test('more room leaves a state as it is', () => {
    const before = encodeWindowState(redefined({}), emptyWindowState(redefined({})));
    const roomier = redefined({ bounds: { ...full.windowed.bounds, events: 300 }, description: 'other words' });
    expect(decodeWindowState(roomier, before)).toEqual(emptyWindowState(roomier));
  });
});
