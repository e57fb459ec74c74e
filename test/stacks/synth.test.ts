/** `npm run synth`: the same bytes every time, of every stage, and nothing of the machine or of a secret in them. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { expect, test } from 'vitest';
import { projectRoot } from '../../scripts/bootstrap/project-root.mjs';
import { SECRET_VALUE } from '../../scripts/stacks/record-resources.ts';
import { printResources, synthesise } from '../../scripts/stacks/synthesise.ts';
import { topologyMap } from '../../scripts/stacks/topology-map.ts';
import { parseStageName, parseStageOptions } from '../../stacks/stage-options.ts';
import { ofType, resourcesOf, SYNTH_MS } from './resources.ts';

/** Of a person; begins like another stage, and is as long as a stage's name can be. */
const LONGEST = 'dev-of-a-long-person';

test.each(['dev', 'production'])(
  'stage %s is byte-identical on a second run',
  async (stage) => {
    const first = printResources(await resourcesOf(stage));
    expect(printResources(await synthesise({ root: projectRoot, stage }))).toBe(first);
    for (const forbidden of [projectRoot, homedir() === '/' ? projectRoot : `${homedir()}/`, SECRET_VALUE])
      expect(first).not.toContain(forbidden);
  },
  SYNTH_MS,
);

test(
  'a personal stage is dev under another name',
  async () => {
    const renamed = printResources(await resourcesOf(LONGEST))
      .replaceAll(new RegExp(`\\b${LONGEST}\\b`, 'g'), 'dev')
      .replaceAll(`tidemark_${LONGEST.replaceAll('-', '_')}`, 'tidemark_dev');
    const shape = (text: string) =>
      JSON.parse(text)
        .map(({ type, options }: { type: string; options?: { protect?: boolean } }) => [type, options?.protect])
        .sort();
    expect(shape(renamed)).toEqual(shape(printResources(await resourcesOf('dev'))));
  },
  SYNTH_MS,
);

test(
  'two stages of one account share no name, even where one begins like the other',
  async () => {
    const named = async (stage: string) =>
      (await resourcesOf(stage))
        .flatMap(({ inputs }) => [inputs.name, inputs.bucket, inputs.featureGroupName])
        .filter((name) => typeof name === 'string' && name.includes(stage));
    const [dev, longer] = [new Set(await named('dev')), await named(LONGEST)];
    expect(longer.filter((name) => dev.has(name))).toEqual([]);
    const groups = ofType(await resourcesOf(LONGEST), 'sagemaker/featureGroup:FeatureGroup').map(
      ({ inputs }) => inputs.featureGroupName,
    );
    const policies = JSON.stringify(ofType(await resourcesOf('dev'), 'iam/rolePolicy:RolePolicy'));
    for (const group of groups) expect(policies).not.toContain(group);
  },
  SYNTH_MS,
);

test('SST is pinned to one version everywhere, since its components are run behind its CLI', () => {
  const { dependencies } = JSON.parse(readFileSync(`${projectRoot}/stacks/package.json`, 'utf8'));
  expect(readFileSync(`${projectRoot}/sst.config.ts`, 'utf8')).toContain(`version: '${dependencies.sst}'`);
  expect(dependencies.sst).toMatch(/^\d+\.\d+\.\d+$/);
});

test.each([
  { why: 'no issuer', variables: {}, says: 'TIDEMARK_JWT_ISSUER is not set' },
  { why: 'an issuer that is no address', variables: { TIDEMARK_JWT_ISSUER: 'pool' }, says: 'TIDEMARK_JWT_ISSUER is "pool"' },
  {
    why: 'an account of eleven digits',
    variables: { TIDEMARK_JWT_ISSUER: 'https://x/', TIDEMARK_CONSUMER_ACCOUNTS: '12345678901' },
    says: '12 digits',
  },
])('a deployment with $why is refused by name', ({ variables, says }) => {
  expect(() => parseStageOptions(variables)).toThrow(says);
});

test('docs/map.md is the topology as it is: after a change, node scripts/bootstrap.mjs scripts/print-map.ts > docs/map.md', () => {
  expect(readFileSync(`${projectRoot}/docs/map.md`, 'utf8')).toBe(topologyMap());
});

test(
  'the longest stage name leaves every name within what its service takes',
  async () => {
    expect(parseStageName(LONGEST)).toHaveLength(20);
    const limits: Record<string, readonly [string, number]> = {
      'aws:iam/role:Role': ['name', 64],
      'aws:lambda/function:Function': ['name', 64],
      'aws:s3/bucket:Bucket': ['bucket', 63],
      'aws:sagemaker/featureGroup:FeatureGroup': ['featureGroupName', 64],
      'aws:scheduler/schedule:Schedule': ['name', 64],
      'aws:sfn/stateMachine:StateMachine': ['name', 80],
      'aws:sqs/queue:Queue': ['name', 80],
      'aws:kinesis/stream:Stream': ['name', 128],
      'aws:cloudwatch/metricAlarm:MetricAlarm': ['name', 255],
    };
    const resources = await resourcesOf(LONGEST);
    const tooLong = resources.filter(({ type, inputs }) => {
      const [key, most] = limits[type] ?? ['', 0];
      return key !== '' && String(inputs[key]).length > most;
    });
    expect(tooLong.map(({ name }) => name)).toEqual([]);
    for (const type of Object.keys(limits)) expect(resources.some((resource) => resource.type === type)).toBe(true);
  },
  SYNTH_MS,
);

test.each(['Ann', 'a_b', 'a--b', '-a', '1a', '', 'a-stage-of-21-letters'])('a stage called "%s" is refused', (stage) => {
  expect(() => parseStageName(stage)).toThrow(`stage "${stage}"`);
});
