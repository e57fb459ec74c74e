/** Files to receipts, beside raw BatchWriteRecord calls to the same engine and raw SQLite transactions. */

import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { addDays } from '@tidemark/features/flights/calendar';
import { exportFlights } from '@tidemark/features/flights/export';
import { type Bench, ingestFiles } from './harness/bench-stage.ts';
import { measure } from './harness/measure.ts';
import { FEAST } from './harness/published-figures.ts';
import { compare, type Section } from './harness/report.ts';
import type { RawWrites, RawWritesResult } from './peers/raw-writes-thread.ts';
import { openRecords } from './peers/sqlite.ts';

const DAYS = 14;
const RAW_ROWS = 20_000;

export async function benchIngest(bench: Bench): Promise<Section[]> {
  await bench.loadWeek();
  const anchor = addDays(new Date().toISOString().slice(0, 10), -7 - DAYS);
  const { files } = await exportFlights({ outDir: join(bench.dir, 'earlier'), anchor, days: DAYS, plant: false });
  const days = files.filter(({ key }) => !key.startsWith('airports/'));
  const ours = await measure(() => ingestFiles(bench.stage, days));
  const rows = ours.value.reduce((sum, receipt) => sum + receipt.rows.accepted, 0);
  await bench.stage.instance.drainOffline();

  const raw = await rawWrites(bench);
  const records = Array.from({ length: RAW_ROWS }, (_, at) => ({
    id: `A${at % 250}|${at}`,
    record: `[{"FeatureName":"mean_delay","ValueAsString":"${at}.5"}]`,
  }));
  const sqlite = openRecords(bench.dir, records);
  const transactions = await sqlite.write();
  sqlite.close();
  return [
    {
      title: `ingest, ${days.length} files of airport-hours and route-days, upload to receipt, warm`,
      unit: 'rows/s',
      lines: compare(
        { what: `tidemark, ${rows.toLocaleString('en-US')} rows`, perSecond: rows / ours.seconds, cpuSeconds: ours.cpuSeconds },
        [
          {
            what: 'limit: raw BatchWriteRecord, 25 a call, 8 calls at once',
            perSecond: RAW_ROWS / raw.seconds,
            cpuSeconds: raw.cpuSeconds,
          },
          {
            what: 'limit: raw SQLite, 25 rows a transaction',
            perSecond: RAW_ROWS / transactions.seconds,
            cpuSeconds: transactions.cpuSeconds,
          },
        ],
        FEAST.written,
      ),
    },
  ];
}

/** One SDK client in a thread of its own, against the same engine. */
async function rawWrites({ stage }: Bench): Promise<RawWritesResult & { cpuSeconds: number }> {
  const { endpoint, region } = stage.engine;
  const workerData: RawWrites = { endpoint, region, groupName: `${stage.stage}-airport-hours-v1`, rows: RAW_ROWS, calls: 8 };
  const thread = new Worker(new URL('./peers/raw-writes-thread.ts', import.meta.url), { workerData });
  await once(thread, 'message');
  const cpu = process.cpuUsage();
  const [result] = (await once(thread, 'message')) as [RawWritesResult];
  const { user, system } = process.cpuUsage(cpu);
  await thread.terminate();
  return { ...result, cpuSeconds: (user + system) / 1e6 };
}
