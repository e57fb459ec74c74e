import { defineEntity, defineGroup, type FeatureShape, fractional, integral, text, withTableFormat } from '@tidemark/domain';
import { expect, test } from 'vitest';
import type { DescribedGroup } from '../ports/feature-groups.ts';
import { planGroup, planWindows, recordFeatures } from './plan-apply.ts';

const airport = defineEntity({ name: 'airport', key: { airport: 'string' } });
const base = { name: 'hours', entity: airport, ttl: '2d' } as const;
const hours = defineGroup({ ...base, features: { departures: integral(), mean_delay: fractional() } });

const existing = (group: typeof hours): DescribedGroup => ({
  groupName: 'dev-hours-v1',
  status: 'Created',
  failureReason: undefined,
  updateStatus: undefined,
  features: recordFeatures(group),
  ttlMs: group.ttlMs,
  online: true,
  offline: { database: 'd', table: 't', location: 's3://b/p', tableFormat: 'glue' },
});

test('a group that does not exist is created with its key, its event time and its features', () => {
  const [change] = planGroup(hours, 'dev-hours-v1', undefined);
  expect(change).toMatchObject({ kind: 'create', tableFormat: 'glue' });
  expect(recordFeatures(hours).map(({ name, type }) => `${name} ${type}`)).toEqual([
    'entity_key String',
    'airport String',
    'event_time String',
    'departures Integral',
    'mean_delay Fractional',
  ]);
});

test('what agrees is left alone', () => {
  expect(planGroup(hours, 'dev-hours-v1', existing(hours))).toEqual([
    { kind: 'unchanged', group: 'hours', groupName: 'dev-hours-v1' },
  ]);
});

test('a new feature extends the group in place, and only by it', () => {
  const more = defineGroup({ ...base, features: { ...hours.features, weather: text() } });
  expect(planGroup(more, 'dev-hours-v1', existing(hours))).toEqual([
    {
      kind: 'add-features',
      group: 'hours',
      groupName: 'dev-hours-v1',
      features: [{ name: 'weather', type: 'String', collection: undefined, dimension: undefined }],
    },
  ]);
});

test('more than a hundred new features take several updates', () => {
  const many = Object.fromEntries(Array.from({ length: 201 }, (_, at) => [`extra${at}`, integral()]));
  const more = defineGroup({ ...base, features: { ...hours.features, ...many } });
  const sizes = planGroup(more, 'dev-hours-v1', existing(hours)).map((change) =>
    change.kind === 'add-features' ? change.features.length : 0,
  );
  expect(sizes).toEqual([100, 100, 1]);
});

const incompatible: readonly { why: string; features: FeatureShape; reason: RegExp }[] = [
  { why: 'removed', features: { departures: integral() }, reason: /mean_delay was removed/ },
  {
    why: 'retyped',
    features: { departures: integral(), mean_delay: text() },
    reason: /mean_delay was Fractional and cannot become String/,
  },
];
test.each(incompatible)('a feature that was $why is refused with the way out', ({ features, reason }) => {
  const [change, ...rest] = planGroup(defineGroup({ ...base, features }), 'dev-hours-v1', existing(hours));
  expect(rest).toEqual([]);
  expect(change).toMatchObject({ kind: 'refused', reason: expect.stringMatching(reason) });
  expect(change).toMatchObject({ reason: expect.stringContaining('raise `version` of hours to 2') });
});

test('a changed time to live is a change of its own', () => {
  const longer = defineGroup({ ...base, ttl: '3d', features: hours.features });
  expect(planGroup(longer, 'dev-hours-v1', existing(hours))).toEqual([
    { kind: 'set-ttl', group: 'hours', groupName: 'dev-hours-v1', fromMs: 172_800_000, toMs: 259_200_000 },
  ]);
});

test('a group is created in the format that it declares, else in that of the stage; without a history in none', () => {
  const created = (group: typeof hours, stage: string) => {
    const [change] = planGroup(withTableFormat(group, stage), 'hours', undefined);
    return change?.kind === 'create' ? change.tableFormat : 'not created';
  };
  expect([created(hours, 'production'), created(hours, 'dev')]).toEqual(['iceberg', 'glue']);
  expect(created({ ...hours, tableFormat: 'glue' }, 'production')).toBe('glue');
  expect(created({ ...hours, tableFormat: 'iceberg' }, 'ann')).toBe('iceberg');
  expect(created({ ...hours, keptIn: 'online' }, 'production')).toBeUndefined();
});

test.each([
  { why: 'Iceberg asked of a group in Glue format', has: 'glue', wanted: 'iceberg' },
  { why: 'Glue asked of a group in Iceberg format', has: 'iceberg', wanted: 'glue' },
] as const)('$why is refused with both ways out', ({ has, wanted }) => {
  const { offline, ...others } = existing(hours);
  const standing = { ...others, offline: offline && { ...offline, tableFormat: has } };
  expect(planGroup({ ...hours, tableFormat: has }, 'dev-hours-v1', standing)).toMatchObject([{ kind: 'unchanged' }]);
  expect(planGroup({ ...hours, tableFormat: wanted }, 'dev-hours-v1', standing)).toEqual([
    {
      kind: 'refused',
      group: 'hours',
      groupName: 'dev-hours-v1',
      reason:
        `its history has the table format ${has} and cannot become ${wanted} (\`tableFormat: '${has}'\` keeps it); ` +
        'raise `version` of hours to 2: the new group stands beside the old one',
    },
  ]);
});

test('a group that changes the stores that hold it is refused: what is there cannot be moved', () => {
  const online = { ...hours, keptIn: 'online' } as const;
  expect(planGroup(online, 'dev-hours-v1', existing(hours))).toEqual([
    expect.objectContaining({ kind: 'refused', reason: expect.stringMatching(/which stores.*raise `version` of hours to 2/) }),
  ]);
  expect(planGroup(online, 'dev-hours-v1', { ...existing(hours), offline: undefined })).toMatchObject([{ kind: 'unchanged' }]);
});

test.each([
  { why: 'nothing is stored yet', stored: undefined, rebuild: false, kinds: [] },
  { why: 'the state stays readable', stored: 'now', rebuild: false, kinds: [] },
  { why: 'the state becomes unreadable', stored: 'before', rebuild: false, kinds: ['refused'] },
  { why: 'it is to be made again', stored: 'before', rebuild: true, kinds: ['rebuild-windows'] },
])('windows, where $why: $kinds', ({ stored, rebuild, kinds }) => {
  expect(planWindows(hours, 'dev-hours-v1', stored, 'now', rebuild).map(({ kind }) => kind)).toEqual(kinds);
});
