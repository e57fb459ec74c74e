/**
 * The main job, as a data engineer, an application and a data scientist would do it, on six months or a week of real US
 * flights: derive the files, upload them, follow their receipts, ask the API, build a training set, while departures arrive in
 * a stream.
 */
import { join, resolve } from 'node:path';
import { ALL_DAYS, latestAnchor } from '@tidemark/features/flights/calendar';
import { type ExportedFile, exportFlights } from '@tidemark/features/flights/export';
import { type DatasetManifest, datesBetween, type Receipt } from '@tidemark/pipeline';
import { showNextSteps } from '../commands/next-steps.ts';
import type { Reporter } from '../output/reporter.ts';
import { showManifest } from '../output/show.ts';
import { printTable } from '../output/table.ts';
import { buildDataset } from '../stage/follow-dataset.ts';
import { quarantineOf } from '../stage/ledger-views.ts';
import { type RunningStage, startStage } from '../stage/start-stage.ts';
import { followIngest, upload } from '../stage/upload.ts';
import { waiting } from '../stage/waiting.ts';
import { settleAnchor } from './demo-anchor.ts';
import { playDepartures, type StreamSummary } from './play-departures.ts';
import { showServing } from './show-serving.ts';
import { waitForHistory } from './wait-for-history.ts';

export interface DemoOptions {
  readonly data: string;
  readonly port: number;
  readonly apiPort: number;
  readonly full: boolean;
  readonly reset: boolean;
  readonly anchor?: string;
}

const UPLOADS_AT_ONCE = 6;
const WEEK_DAYS = 7;

export async function runDemo(options: DemoOptions, reporter: Reporter): Promise<RunningStage> {
  const startedMs = waiting.nowMs();
  const step = (text: string) =>
    reporter.progress(`[${((waiting.nowMs() - startedMs) / 1000).toFixed(1).padStart(5)} s] ${text}`);
  const days = options.full ? ALL_DAYS : WEEK_DAYS;
  const dataDir = resolve(options.data);
  const anchor = settleAnchor(dataDir, options.anchor, options.reset, () => latestAnchor(waiting.nowMs(), days));

  step(`Deriving ${days} days of flights from vega-datasets, 2001-01-01 moved to ${anchor}`);
  const exported = await exportFlights({ outDir: join(dataDir, 'export'), anchor, days, plant: true });

  step('Starting the engine with the functions, the state machines and the API');
  const stage = await startStage({ ...options, stage: 'dev', profile: 'default' });
  try {
    const departures = await playDepartures(stage);
    step(`Departures of ${departures.day} begin to arrive in the stream, as if it were now, beside what follows`);

    step(`Uploading ${exported.files.length} files to s3://${stage.names.bucket('raw')}`);
    const receipts = await ingestFiles(stage, exported.files, step);
    showIngest(reporter, receipts);
    const refused = await showQuarantine(stage, reporter, startedMs, exported.planted.length);

    step('Waiting until the offline store has the history');
    const history = await waitForHistory(stage, receipts);

    step(`Building a training set for ${exported.labels.rows.toLocaleString('en-US')} labels`);
    const labelsKey = exported.labels.key;
    await upload(stage, exported.labels.path, labelsKey, stage.names.bucket('work'));
    const manifest = await buildDataset(
      stage,
      `departure-delay-${new Date(waiting.nowMs()).toISOString().replace(/[-:.]/g, '').slice(0, 18)}`,
      { view: 'departure-delay', labels: `s3://${stage.names.bucket('work')}/${labelsKey}`, labelTime: 'scheduled' },
      (state) => step(`  ${state}`),
    );
    reporter.line(`\n${showManifest(manifest)}\n`);
    await showServing(stage, reporter, 'departure-delay?origin=ATL&destination=JFK');

    step('Ending the stream of departures');
    const stream = await departures.finish();
    reporter.line(`\n${showStream(stream)}`);
    await showServing(stage, reporter, 'airport-now?airport=ATL');
    step('Done');
    reporter.line(showNextSteps(stage));
    reporter.result({ ready: true, ...resultOf(stage, receipts, refused, history, manifest), stream });
    return stage;
  } catch (error) {
    await stage.stop();
    throw error;
  }
}

async function ingestFiles(
  stage: RunningStage,
  files: readonly ExportedFile[],
  step: (text: string) => void,
): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  let next = 0;
  let rows = 0;
  const lane = async () => {
    for (let file = files[next++]; file !== undefined; file = files[next++]) {
      const receipt = await followIngest(stage, await upload(stage, file.path, file.key));
      receipts.push(receipt);
      rows += receipt.rows.read;
      const every = Math.max(1, Math.ceil(files.length / 10));
      if (receipts.length % every === 0 || receipts.length === files.length) {
        step(`  ${receipts.length} of ${files.length} files have their receipt, ${rows.toLocaleString('en-US')} rows read`);
      }
    }
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, lane));
  return receipts;
}

function showIngest(reporter: Reporter, receipts: readonly Receipt[]): void {
  const groups = [...new Set(receipts.map((receipt) => receipt.group))].sort();
  const sum = (group: string, pick: (receipt: Receipt) => number) =>
    receipts.filter((receipt) => receipt.group === group).reduce((total, receipt) => total + pick(receipt), 0);
  reporter.line(
    `\n${printTable(
      ['group', 'files', 'sealed', 'refused', 'unchanged', 'rows', 'accepted', 'quarantined'],
      groups.map((group) => [
        group,
        sum(group, () => 1),
        sum(group, ({ status }) => Number(status === 'sealed')),
        sum(group, ({ status }) => Number(status === 'refused')),
        sum(group, ({ status }) => Number(status === 'unchanged')),
        sum(group, ({ rows }) => rows.read),
        sum(group, ({ rows }) => rows.accepted),
        sum(group, ({ rows }) => rows.quarantined),
      ]),
    )}\n`,
  );
}

async function showQuarantine(
  stage: RunningStage,
  reporter: Reporter,
  startedMs: number,
  plantedRows: number,
): Promise<Record<string, number>> {
  const lines = (await Promise.all(datesBetween(startedMs, waiting.nowMs()).map((date) => quarantineOf(stage, date)))).flat();
  const refused: Record<string, number> = {};
  for (const { code } of lines) refused[code] = (refused[code] ?? 0) + 1;
  reporter.line(`Quarantine today (${plantedRows} bad rows and 2 bad files were planted):`);
  const examples = Object.entries(refused)
    .sort()
    .map(([code, count]) => {
      const line = lines.find((one) => one.code === code);
      return [
        code,
        count,
        line === undefined ? '' : `${line.key}${line.line > 0 ? `, line ${line.line}` : ''}`,
        line?.field ?? '',
      ] as const;
    });
  reporter.line(`${printTable(['reason', 'count', 'for example', 'field'], examples)}\n`);
  return refused;
}

const showStream = ({ sent, accepted, duplicates, quarantined, readableAfterMs }: StreamSummary): string =>
  [
    `${sent} departures were sent meanwhile: ${accepted} are in the windows, ${duplicates} had been sent twice, ${quarantined} is in quarantine.`,
    `One more, sent just now, was in the answers after ${readableAfterMs} ms.\n`,
  ].join('\n');

function resultOf(
  stage: RunningStage,
  receipts: readonly Receipt[],
  quarantine: Record<string, number>,
  history: Record<string, number>,
  manifest: DatasetManifest,
) {
  const { endpoint, api, token } = stage.engine;
  const count = (status: Receipt['status']) => receipts.filter((receipt) => receipt.status === status).length;
  const sum = (pick: (receipt: Receipt) => number) => receipts.reduce((total, receipt) => total + pick(receipt), 0);
  return {
    endpoint,
    api,
    token,
    receipts: { sealed: count('sealed'), refused: count('refused'), unchanged: count('unchanged') },
    rows: {
      read: sum(({ rows }) => rows.read),
      accepted: sum(({ rows }) => rows.accepted),
      quarantined: sum(({ rows }) => rows.quarantined),
    },
    quarantine,
    history,
    dataset: { id: manifest.id, rows: manifest.rows, contentHash: manifest.contentHash, location: manifest.location },
  };
}
