/** A data set of the week's labels, machine start to manifest, beside a hand-written ASOF join over the same Parquet files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildDataset } from '@tidemark/cli/follow-dataset';
import { upload } from '@tidemark/cli/upload';
import type { Bench } from './harness/bench-stage.ts';
import { type Measured, measure } from './harness/measure.ts';
import { FEAST } from './harness/published-figures.ts';
import { compare, type Line, type Section } from './harness/report.ts';
import { asofJoin } from './peers/asof-join.ts';

export async function benchDataset(bench: Bench): Promise<Section[]> {
  await bench.loadWeek();
  const { stage, week } = bench;
  const work = stage.names.bucket('work');
  await upload(stage, week.labels.path, week.labels.key, work);
  const build = (id: string) =>
    measure(() =>
      buildDataset(
        stage,
        id,
        { view: 'departure-delay', labels: `s3://${work}/${week.labels.key}`, labelTime: 'scheduled' },
        () => {},
      ),
    );
  const first = await build('bench-first');
  const second = await build('bench-second');

  const history = await copyHistory(bench);
  const join = await asofJoin({ dir: bench.dir, labels: week.labels.path, history });
  const rows = week.labels.rows;
  const line = (what: string, { seconds, cpuSeconds }: Measured<unknown>): Line => ({
    what,
    perSecond: rows / seconds,
    cpuSeconds,
  });
  return [
    {
      title: `data set of ${rows.toLocaleString('en-US')} labels over 5 joins, start of the machine to manifest`,
      unit: 'labels/s',
      lines: [
        line('tidemark, cold functions', first),
        ...compare(
          line('tidemark', second),
          [line('limit: hand-written DuckDB ASOF join, Parquet to Parquet', join)],
          FEAST.labels,
        ),
      ],
    },
  ];
}

/** The offline store's files as they lie in S3, brought to a folder for each group. */
async function copyHistory({ stage, dir }: Bench): Promise<(group: string) => string> {
  const bucket = stage.names.bucket('offline');
  for await (const { key } of stage.objects.list(bucket, '')) {
    const group = /offline-store\/(.+)-\d+\/data\//.exec(key)?.[1] ?? 'other';
    const path = join(dir, 'history', group, key.split('/').slice(-5).join('-'));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, (await stage.objects.read({ bucket, key })) ?? new Uint8Array());
  }
  return (group) => join(dir, 'history', `${stage.stage}-${group}-v1`, '*.parquet');
}
