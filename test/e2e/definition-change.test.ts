/** A feature is added: one line in one file, `tidemark apply`, and the next file fills it. What cannot be done is refused whole. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetRecordCommand, SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { buildDataset } from '@tidemark/cli/follow-dataset';
import { runQuery } from '@tidemark/cli/run-query';
import { type RunningStage, startStage } from '@tidemark/cli/start-stage';
import { followIngest, upload } from '@tidemark/cli/upload';
import { engineCredentials } from '@tidemark/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyDefinitions } from './definitions-copy.ts';
import { removeDir, temporaryDir } from './harness.ts';
import { tidemark } from './tidemark-process.ts';

const HOUR_MS = 3_600_000;
const GROUP = 'dev-airport-hours-v1';
/** What the plans of these changes say of the groups of the stream. */
const STREAM_GROUPS = ['airport-activity', 'airport-activity-events', 'last-departure'].map(
  (name) => `    dev-${name}-v1: unchanged`,
);
const LINE_BEFORE = "    departures: integral({ description: 'flights that were to leave in the hour' }),\n";
const ADDED_LINE = "    cancelled: integral({ description: 'flights that did not leave' }),\n";

const data = temporaryDir();
const files = temporaryDir();
const copy = copyDefinitions();
let stage: RunningStage;

const startMs = Date.now();
/** The group's records expire after two days. */
const hoursAgo = (hours: number) => `${new Date(Math.floor(startMs / HOUR_MS - hours) * HOUR_MS).toISOString().slice(0, 19)}Z`;
const [older, newer] = [hoursAgo(3), hoursAgo(1)];

function file(name: string, ...lines: readonly string[]): string {
  const path = join(files, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

beforeAll(async () => {
  stage = await startStage({ data, port: 0, apiPort: 0, stage: 'dev', profile: 'default', definitions: copy.module });
  const before = file(
    'before.csv',
    'airport,hour_end,departures,mean_delay,share_late',
    `ATL,${older},41,7.5,0.2`,
    `JFK,${older},17,12.25,0.4`,
  );
  const receipt = await followIngest(stage, await upload(stage, before, 'airport-hours/before.csv'));
  expect([receipt.status, receipt.rows]).toEqual(['sealed', { read: 2, accepted: 2, quarantined: 0 }]);
  await stage.instance.drainOffline();
});
afterAll(async () => {
  await stage?.stop();
  copy.remove();
  removeDir(data);
  removeDir(files);
});

const apply = (...options: readonly string[]) => tidemark('apply', '--definitions', copy.module, '--data', data, ...options);

async function onlineRecord(airport: string): Promise<Record<string, string | undefined>> {
  const { endpoint, region } = stage.engine;
  const runtime = new SageMakerFeatureStoreRuntimeClient({ endpoint, region, credentials: engineCredentials });
  const { Record: values = [] } = await runtime.send(
    new GetRecordCommand({ FeatureGroupName: GROUP, RecordIdentifierValueAsString: airport }),
  );
  return Object.fromEntries(values.map(({ FeatureName, ValueAsString }) => [FeatureName, ValueAsString]));
}

/** The ledger's and the service's word on what there is, and the code that runs. */
async function wholeState(): Promise<unknown> {
  const catalogue = await stage.objects.read({ bucket: stage.names.bucket('ledger'), key: 'catalogue.json' });
  const groups = await Promise.all(
    ['airport-profile', 'airport-hours', 'route-days'].map((name) => stage.groups.describe(`dev-${name}-v1`)),
  );
  return {
    catalogue: JSON.parse(Buffer.from(catalogue ?? []).toString()),
    groups,
    bundles: readFileSync(join(stage.engine.bundleDir, 'manifest.json'), 'utf8'),
  };
}

async function dataset(id: string) {
  const labels = file(
    'labels.csv',
    'origin,destination,label_time',
    `ATL,JFK,${hoursAgo(2)}`,
    `JFK,ATL,${hoursAgo(2)}`,
    `JFK,ATL,${hoursAgo(5)}`,
  );
  await upload(stage, labels, 'labels/labels.csv', stage.names.bucket('work'));
  const request = {
    view: 'departure-delay',
    labels: `s3://${stage.names.bucket('work')}/labels/labels.csv`,
    labelTime: 'label_time',
  };
  const { rows, contentHash, columns, coverage } = await buildDataset(stage, id, request, () => {});
  return { rows, contentHash, columns, coverage };
}

describe('a feature is added', () => {
  test('`apply` shows the plan, extends the group in place, and the next file fills the feature', async () => {
    const before = {
      atl: await onlineRecord('ATL'),
      jfk: await onlineRecord('JFK'),
      state: await wholeState(),
      dataset: await dataset('before'),
    };
    expect(before.dataset.coverage).toMatchObject({ origin_departures: 2 / 3 });
    copy.edit(LINE_BEFORE, LINE_BEFORE + ADDED_LINE);

    const planned = await apply('--plan');
    const plan = [
      'Plan:',
      '    dev-airport-profile-v1: unchanged',
      `  ~ ${GROUP}: add cancelled (Integral)`,
      '    dev-route-days-v1: unchanged',
      ...STREAM_GROUPS,
      '',
    ].join('\n');
    expect(planned).toEqual({ code: 0, stdout: plan, stderr: '' });
    expect(await wholeState()).toEqual(before.state);

    expect(await apply()).toEqual({ code: 0, stdout: `${plan}Applied. The catalogue is at version 2.\n`, stderr: '' });
    const group = await stage.groups.describe(GROUP);
    expect(group?.features.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'entity_key String',
      'airport String',
      'event_time String',
      'departures Integral',
      'mean_delay Fractional',
      'share_late Fractional',
      'cancelled Integral',
    ]);
    expect(await onlineRecord('ATL')).toEqual(before.atl);

    const next = file(
      'next.csv',
      'airport,hour_end,departures,cancelled,mean_delay,share_late',
      `JFK,${newer},19,3,1.5,0.1`,
      `ORD,${newer},55,,2,0`,
    );
    const ingested = await tidemark(
      'ingest',
      next,
      '--source',
      'airport-hours',
      '--definitions',
      copy.module,
      '--data',
      data,
      '--json',
    );
    expect(ingested).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ingested.stdout)).toMatchObject([
      { key: 'airport-hours/next.csv', status: 'sealed', rows: { read: 2, accepted: 2, quarantined: 0 } },
    ]);

    expect(await onlineRecord('JFK')).toEqual({
      ...before.jfk,
      event_time: newer,
      departures: '19',
      mean_delay: '1.5',
      share_late: '0.1',
      cancelled: '3',
    });
    expect(await onlineRecord('ATL')).toEqual(before.atl);
    await stage.instance.drainOffline();
    const history = [
      ['ATL', older, '41', undefined],
      ['JFK', older, '17', undefined],
      ['JFK', newer, '19', '3'],
      ['ORD', newer, '55', undefined],
    ];
    const { offline } = group ?? {};
    const theirs = `"${offline?.database}"."${offline?.table}"`;
    // Bounded, since our own table is projected and has every hour since 1970.
    const ours = `"${stage.names.database}"."dev_airport_hours_v1" WHERE concat(year, month, day) >= '${hoursAgo(48).slice(0, 10).replaceAll('-', '')}'`;
    for (const table of [theirs, ours]) {
      expect(await runQuery(stage, `SELECT entity_key, event_time, departures, cancelled FROM ${table} ORDER BY 1, 2`)).toEqual(
        history,
      );
    }
    expect(await dataset('after')).toEqual(before.dataset);
  });

  test('applied again, nothing is left to do', async () => {
    const { code, stdout } = await apply();
    expect([code, stdout.match(/unchanged/g)?.length, stdout.trimEnd().split('\n').at(-1)]).toEqual([
      0,
      6,
      'Applied. The catalogue is at version 2.',
    ]);
  });
});

test.each([
  {
    why: 'removed',
    from: "    distance: integral({ description: 'miles, as filed' }),\n",
    to: '',
    says: 'feature distance was removed, which the service cannot do',
  },
  {
    why: 'retyped',
    from: "    distance: integral({ description: 'miles, as filed' }),\n",
    to: '    distance: fractional(),\n',
    says: 'feature distance was Integral and cannot become Fractional',
  },
])(
  'a feature that is $why is refused with the way out, and nothing is changed, not even what could be',
  async ({ from, to, says }) => {
    const before = await wholeState();
    const undo = copy.edit(from, to);
    copy.edit(LINE_BEFORE, `${LINE_BEFORE}    diverted: integral(),\n`);
    try {
      const { code, stdout, stderr } = await apply();
      const reason = `${says}; raise \`version\` of route-days to 2: the new group stands beside the old one`;
      expect(stdout.split('\n')).toEqual([
        'Plan:',
        '    dev-airport-profile-v1: unchanged',
        `  ~ ${GROUP}: add diverted (Integral)`,
        `  ✗ dev-route-days-v1: ${reason}`,
        ...STREAM_GROUPS,
        '',
      ]);
      expect([code, stderr]).toEqual([2, `tidemark: DEFINITION_INCOMPATIBLE: route-days: ${reason}\n`]);
      expect(await wholeState()).toEqual(before);
    } finally {
      undo();
    }
  },
);

describe('windows that change', () => {
  const WINDOW = "    departures_1h: aggregate.count({ length: '1h' }),\n";
  const GROUP_OF_WINDOWS = 'dev-airport-activity-v1';

  test('to what the stored state does not hold are refused with two ways out, of which one can be asked for', async () => {
    const before = await wholeState();
    const undo = copy.edit(WINDOW, WINDOW.replaceAll("'1h'", "'2h'"));
    try {
      const refused = await apply();
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/raise `version` to 2 .*--rebuild-windows/)]);
      expect((await apply('--plan')).code).toBe(2);
      const planned = await apply('--plan', '--rebuild-windows');
      expect(planned.stdout).toContain(
        `  ! ${GROUP_OF_WINDOWS}: its windows keep something else: run \`tidemark stream rebuild\``,
      );
      expect(await wholeState()).toEqual(before);
    } finally {
      undo();
    }
  });

  test('to what is made of what it holds are added like any feature', async () => {
    const undo = copy.edit(WINDOW, `${WINDOW}    departures_15m: aggregate.count({ length: '15m' }),\n`);
    try {
      const { code, stdout } = await apply();
      expect([code, stdout]).toEqual([0, expect.stringContaining(`  ~ ${GROUP_OF_WINDOWS}: add departures_15m (Integral)`)]);
    } finally {
      undo();
    }
  });
});
