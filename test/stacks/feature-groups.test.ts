/** A deployment never replaces a feature group, whatever becomes of the definitions; what cannot be extended is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Group, groupSensitivity, storedGroups, withTableFormat } from '@tidemark/domain';
import { definitions } from '@tidemark/features';
import { type DescribedGroup, planGroup, ttlMsOf } from '@tidemark/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectRoot } from '../../scripts/bootstrap/project-root.mjs';
import { synthesised } from '../../scripts/stacks/synthesise.ts';
import { changed, type Inputs, ofType, type Resources, resourcesOf, SYNTH_MS } from './resources.ts';
import { findReplacements } from './rules/replacements.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-definitions-'));
let before: Resources;
let after: Resources;
let dev: Resources;

/** One feature more, another description, another time to live; of another group a declared table format. */
const ADDED = `
import { definitions as shipped } from '@tidemark/features';
const [profile, hours, ...others] = shipped.groups;
const type = { kind: 'Integral', sensitivity: 'personal' };
export const definitions = {
  ...shipped,
  groups: [{ ...profile, tableFormat: 'glue', features: { ...profile.features, elevation: { kind: 'Integral' } } }, { ...hours, description: 'other', ttlMs: 3_600_000, features: { ...hours.features, cancelled: type } }, ...others],
};
`;

beforeAll(async () => {
  const module = join(folder, 'definitions.ts');
  writeFileSync(module, ADDED);
  before = await resourcesOf('production');
  dev = await resourcesOf('dev');
  after = await synthesised({ root: projectRoot, stage: 'production', definitions: module });
}, SYNTH_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const groupNamed = (resources: Resources, name: string) =>
  ofType(resources, 'sagemaker/featureGroup:FeatureGroup').find((one) => one.name === name)?.inputs as Inputs;

const tableNamed = (resources: Resources, name: string) =>
  resources.find((one) => one.name === name)?.inputs as Inputs | undefined;
const formatOf = (resources: Resources, name: string) => groupNamed(resources, name).offlineStoreConfig?.tableFormat;

describe('the history of a group', () => {
  const groups = storedGroups(definitions).map(({ name, version, keptIn }) => ({ name: `${name}-v${version}`, keptIn }));

  test.each(groups.filter(({ keptIn }) => keptIn !== 'online'))(
    '$name is in Iceberg format in production, read through its own table alone',
    ({ name }) => {
      expect(formatOf(before, `Group-${name}`)).toBe('Iceberg');
      expect(tableNamed(before, `Table-production-${name}`)).toBeUndefined();
    },
  );

  test.each(groups.filter(({ keptIn }) => keptIn !== 'online'))(
    '$name is in Glue format in dev, with a projected table',
    ({ name }) => {
      expect(formatOf(dev, `Group-${name}`)).toBe('Glue');
      expect(tableNamed(dev, `Table-dev-${name}`)?.parameters['projection.enabled']).toBe('true');
    },
  );

  test('has the format that its definition declares, whatever the stage', () => {
    expect(formatOf(after, 'Group-airport-profile-v1')).toBe('Glue');
    expect(formatOf(after, 'Group-airport-hours-v1')).toBe('Iceberg');
  });

  test('lets the role of the offline store commit to the tables of Iceberg groups, and to nothing where there is none', () => {
    const statements = (resources: Resources) =>
      ofType(resources, 'iam/rolePolicy:RolePolicy')
        .filter(({ name }) => name.startsWith('FeatureStore'))
        .flatMap(({ inputs }) => inputs.policy.Statement as { Action: string[]; Resource: string[] }[]);
    const commits = statements(before).find(({ Action }) => Action.includes('glue:UpdateTable'));
    const tables = groups
      .filter(({ keptIn }) => keptIn !== 'online')
      .map(({ name }) => `table/sagemaker_featurestore/production_${name.replaceAll('-', '_')}_*`);
    expect(commits?.Resource.filter((arn) => arn.includes(':table/')).map((arn) => arn.split(':').at(-1))).toEqual(tables);
    expect(
      statements(dev)
        .flatMap(({ Action }) => Action)
        .filter((action) => action.startsWith('glue:')),
    ).toEqual([]);
  });
});

describe('adding a feature', () => {
  test('reaches the stacks: the group has it, and the table over its history', () => {
    const featureNames = groupNamed(after, 'Group-airport-hours-v1').featureDefinitions.map((one: Inputs) => one.featureName);
    expect(featureNames).toContain('cancelled');
    const table = tableNamed(after, 'Table-production-airport-profile-v1');
    expect(table?.storageDescriptor.columns.map((one: Inputs) => one.name)).toContain('elevation');
  });

  test('replaces no group: what the provider would replace one for is ignored once it stands', () => {
    expect(findReplacements(before, after)).toEqual([]);
  });

  test('leaves what the service changes in place: the time to live', () => {
    expect(groupNamed(after, 'Group-airport-hours-v1').onlineStoreConfig.ttlDuration).toEqual({ unit: 'Hours', value: 1 });
  });

  test('leaves the tags too: a feature about persons makes the group personal', () => {
    const sensitivityOf = (resources: Resources) => groupNamed(resources, 'Group-airport-hours-v1').tags['tidemark:sensitivity'];
    expect([sensitivityOf(before), sensitivityOf(after)]).toEqual(['internal', 'personal']);
  });

  test('would replace it if the stacks did not say so', () => {
    const careless = changed(after, 'Group-airport-hours-v1', ({ options }) => {
      options.ignoreChanges = options.ignoreChanges.filter((path: string) => path !== 'featureDefinitions');
    });
    expect(findReplacements(before, careless)).toEqual(['Group-airport-hours-v1: featureDefinitions']);
  });

  test('is an addition for `tidemark apply`, in place', () => {
    const [, hours] = definitions.groups;
    const wider = { ...hours, features: { ...hours?.features, cancelled: { kind: 'Integral' } } } as Group;
    expect(planGroup(inProduction(wider), 'x', described('airport-hours')).map(({ kind }) => kind)).toEqual(['add-features']);
  });
});

test('every group says whose it is and how sensitive', () => {
  const groups = ofType(before, 'sagemaker/featureGroup:FeatureGroup');
  const declared = storedGroups(definitions);
  expect(groups).toHaveLength(declared.length);
  for (const group of declared) {
    const { tags } = groupNamed(before, `Group-${group.name}-v${group.version}`);
    expect(group.owner).toMatch(/^[a-z-]+$/);
    expect(tags).toMatchObject({ 'tidemark:owner': group.owner, 'tidemark:sensitivity': groupSensitivity(group) });
  }
});

describe('a definition that a group cannot follow is refused with the way out:', () => {
  const [, hours] = definitions.groups as [Group, Group];
  const { departures: _, ...fewer } = hours.features;
  test.each([
    { why: 'a feature removed', features: fewer, says: 'feature departures was removed' },
    {
      why: 'a feature retyped',
      features: { ...hours.features, departures: { kind: 'String' } },
      says: 'feature departures was Integral and cannot become String',
    },
  ])('$why', ({ features, says }) => {
    const [change] = planGroup(inProduction({ ...hours, features } as Group), 'x', described('airport-hours'));
    expect(change).toMatchObject({ kind: 'refused' });
    expect((change as { reason: string }).reason).toContain(says);
    expect((change as { reason: string }).reason).toContain('raise `version` of airport-hours to 2');
  });

  test('another table format', () => {
    const [change] = planGroup({ ...hours, tableFormat: 'glue' }, 'x', described('airport-hours'));
    expect(change).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('has the table format iceberg and cannot become glue'),
    });
  });

  test('the way out, a second version, stands beside the first as a group of its own', () => {
    const names = storedGroups({ groups: [hours, { ...hours, version: 2 }] }).map(({ name, version }) => `${name}-v${version}`);
    expect(names).toEqual(['airport-hours-v1', 'airport-hours-v2']);
  });
});

const inProduction = (group: Group) => withTableFormat(group, 'production');

/** The group as the synthesised stage would have made it, in the form in which the service describes one. */
function described(group: string): DescribedGroup {
  const inputs = groupNamed(before, `Group-${group}-v1`);
  return {
    groupName: inputs.featureGroupName,
    status: 'Created',
    failureReason: undefined,
    updateStatus: undefined,
    features: inputs.featureDefinitions.map((one: Inputs) => ({
      name: one.featureName,
      type: one.featureType,
      collection: one.collectionType,
    })),
    ttlMs: ttlMsOf(inputs.onlineStoreConfig.ttlDuration),
    online: inputs.onlineStoreConfig !== undefined,
    offline: {
      database: 'd',
      table: 't',
      location: 's3://x',
      tableFormat: inputs.offlineStoreConfig.tableFormat === 'Iceberg' ? 'iceberg' : 'glue',
    },
  } as DescribedGroup;
}
