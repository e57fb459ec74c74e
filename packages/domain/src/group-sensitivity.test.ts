import { expect, test } from 'vitest';
import { defineEntity } from './define-entity.ts';
import type { Group } from './define-group.ts';
import { integral, listOf, type Sensitivity, text } from './feature-type.ts';
import { groupSensitivity } from './group-sensitivity.ts';
import { aggregate } from './windows/aggregate.ts';
import { defineWindowedGroup } from './windows/define-windowed-group.ts';
import { field } from './windows/event-field.ts';
import { eventGroupOf, stateGroupOf } from './windows/window-groups.ts';

const airport = defineEntity({ name: 'airport', key: { airport: 'string' } });
const patient = defineEntity({ name: 'patient', key: { id: 'string' }, sensitive: true });
const open = integral({ sensitivity: 'public' });
const personal = text({ sensitivity: 'personal' });

const cases: readonly (Pick<Group, 'entity' | 'features'> & { why: string; is: Sensitivity })[] = [
  { why: 'nothing declared', entity: airport, features: { a: integral() }, is: 'internal' },
  { why: 'no features', entity: airport, features: {}, is: 'internal' },
  { why: 'all public', entity: airport, features: { a: open, b: open }, is: 'public' },
  { why: 'public but for one that says nothing', entity: airport, features: { a: open, b: text() }, is: 'internal' },
  { why: 'one personal, whatever the order', entity: airport, features: { a: personal, b: open }, is: 'personal' },
  { why: 'a list of personal values', entity: airport, features: { a: open, b: listOf(personal) }, is: 'personal' },
  { why: 'a sensitive entity', entity: patient, features: { a: open }, is: 'personal' },
  { why: 'a sensitive entity without features', entity: patient, features: {}, is: 'personal' },
];

test.each(cases)('$why: $is', ({ entity, features, is }) => {
  expect(groupSensitivity({ entity, features })).toBe(is);
});

test('the two groups of a windowed one are as sensitive as the fields that they hold', () => {
  const windowed = defineWindowedGroup({
    name: 'visits',
    entity: airport,
    fields: { passenger: field.text({ maxBytes: 8, sensitivity: 'personal' }), delay: field.integer() },
    step: '1m',
    lateness: '1h',
    bounds: { events: 10, eventsPerStep: 10 },
    windows: { visits_1h: aggregate.count({ length: '1h' }) },
  });
  expect(groupSensitivity(stateGroupOf(windowed))).toBe('internal');
  expect(groupSensitivity(eventGroupOf(windowed))).toBe('personal');
});
