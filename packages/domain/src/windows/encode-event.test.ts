import { describe, expect, test } from 'vitest';
import { isRefusal } from '../encode-record.ts';
import { aggregate } from './aggregate.ts';
import { airport } from './airport-activity.fixture.ts';
import { defineWindowedGroup } from './define-windowed-group.ts';
import { encodeEvent } from './encode-event.ts';
import { field } from './event-field.ts';

const settings = {
  name: 'g',
  entity: airport,
  step: '1m',
  lateness: '1h',
  bounds: { events: 10, eventsPerStep: 10, idBytes: 6 },
  fields: {
    city: field.text({ maxBytes: 4 }),
    delay: field.integer({ within: 100 }),
    price: field.decimal({ scale: 2, within: 10 }),
    ratio: field.number(),
  },
  windows: { events: aggregate.count({ length: '1h' }) },
} as const;
const group = defineWindowedGroup(settings);
const input = {
  airport: 'ATL',
  eventId: 'e1',
  eventTime: '2026-01-01T00:00:00.250Z',
  city: 'Rome',
  delay: -7,
  price: '1.5',
  ratio: 0.1,
};
const encode = (changes: object) => encodeEvent(group, { ...input, ...changes });

test('an event is its key, id, time and values, decimals in whole units', () => {
  expect(encode({})).toEqual({
    entityKey: 'ATL',
    keyParts: [['airport', 'ATL']],
    id: 'e1',
    eventTime: input.eventTime,
    timeMs: Date.UTC(2026, 0, 1, 0, 0, 0, 250),
    values: { city: 'Rome', delay: -7, price: 150, ratio: 0.1 },
  });
});

test.each([
  { why: 'digits, not a product of doubles', price: 1.15, units: 115 },
  { why: 'zeros after the digits that count', price: '1.1500', units: 115 },
  { why: 'the greatest', price: 10, units: 1_000 },
  { why: 'negative', price: '-0.01', units: -1 },
  { why: 'minus zero is zero', price: -0, units: 0 },
  { why: 'minus zero as text, too', price: '-0.00', units: 0 },
])('a decimal: $why', ({ price, units }) => {
  const event = encode({ price });
  expect('values' in event && Object.is(event.values.price, units)).toBe(true);
});

describe('what an event may not be', () => {
  test.each([
    { why: 'without key', changes: { airport: '' }, code: 'ROW_KEY_MISSING' },
    { why: 'without time', changes: { eventTime: null }, code: 'ROW_EVENT_TIME_MISSING' },
    { why: 'at no time', changes: { eventTime: 1 }, code: 'ROW_EVENT_TIME_MALFORMED' },
    { why: 'at a time finer than ms', changes: { eventTime: '2026-01-01T00:00:00.2505Z' }, code: 'ROW_EVENT_TIME_TOO_FINE' },
    { why: 'without id', changes: { eventId: undefined }, code: 'EVENT_ID_MISSING' },
    { why: 'of half a character as id', changes: { eventId: '\ud800' }, code: 'EVENT_ID_MISSING' },
    { why: 'of a longer id than declared', changes: { eventId: 'ééé1' }, code: 'EVENT_BOUND_EXCEEDED' },
    { why: 'of a longer text than declared', changes: { city: 'éée' }, code: 'EVENT_BOUND_EXCEEDED' },
    { why: 'with text that is no text', changes: { city: 5 }, code: 'ROW_WRONG_TYPE' },
    { why: 'with half a minute', changes: { delay: 0.5 }, code: 'ROW_WRONG_TYPE' },
    { why: 'with NaN', changes: { ratio: Number.NaN }, code: 'ROW_NOT_A_NUMBER' },
    { why: 'beyond the declared range', changes: { delay: 101 }, code: 'ROW_OUT_OF_RANGE' },
    { why: 'beyond the range of a decimal', changes: { price: '10.01' }, code: 'ROW_OUT_OF_RANGE' },
    { why: 'finer than the scale: never rounded', changes: { price: 0.1 + 0.2 }, code: 'ROW_WRONG_TYPE' },
    { why: 'with a decimal that is none', changes: { price: '1e3' }, code: 'ROW_WRONG_TYPE' },
    { why: 'with a field that is not declared', changes: { other: 1 }, code: 'ROW_UNKNOWN_FEATURE' },
  ])('$why', ({ changes, code }) => {
    const event = encode(changes);
    expect(isRefusal(event) && event.code).toBe(code);
  });
});

test('an id made of the content: the same content is the same event, whatever the order of its fields', () => {
  const byContent = defineWindowedGroup({ ...settings, identity: 'content', bounds: { ...settings.bounds, idBytes: 43 } });
  const { eventId: _, ...rest } = input;
  const idOf = (event: Record<string, unknown>) => {
    const encoded = encodeEvent(byContent, event);
    return 'id' in encoded ? encoded.id : undefined;
  };
  const id = idOf(rest);
  expect(id).toMatch(/^[\w-]{43}$/);
  expect(idOf({ ...Object.fromEntries(Object.entries(rest).reverse()) })).toBe(id);
  expect(idOf({ ...rest, delay: 8 })).not.toBe(id);
});
