/** Files to receipts, beside raw BatchWriteRecord calls to the same engine and raw SQLite transactions. */
import { join } from 'node:path';
import { addDays } from '@tidemark/features/flights/calendar';
import { exportFlights } from '@tidemark/features/flights/export';
import { type Bench, ingestFiles } from './harness/bench-stage.ts';
import { measure } from './harness/measure.ts';
import { FEAST } from './harness/published-figures.ts';
import { compare, type Section } from './harness/report.ts';
import { rawWrites } from './peers/raw-writes.ts';
import { openRecords } from './peers/sqlite.ts';

const DAYS = 14;
const RAW_ROWS = 20_000;

/** The two weeks before the one that is loaded already. */
export const earlierDays = () => ({
  anchor: addDays(new Date().toISOString().slice(0, 10), -7 - DAYS),
  days: DAYS,
  plant: false,
});

export async function benchIngest(bench: Bench): Promise<Section[]> {
  await bench.loadWeek();
  const { files } = await exportFlights({ outDir: join(bench.dir, 'earlier'), ...earlierDays() });
  const days = files.filter(({ key }) => !key.startsWith('airports/'));
  const ours = await measure(() => ingestFiles(bench.stage, days));
  const rows = ours.value.reduce((sum, receipt) => sum + receipt.rows.accepted, 0);
  await bench.stage.instance.drainOffline();

  const raw = await rawWrites(bench, { groupName: `${bench.stage.stage}-airport-hours-v1`, rows: RAW_ROWS, kind: 'history' });
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
