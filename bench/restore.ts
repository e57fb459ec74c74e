/** A snapshot of generated entities, and back into an empty group, beside raw BatchWriteRecord calls to the same engine. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createShadows, restoreSnapshot, takeSnapshot } from '@tidemark/cli/run-snapshot';
import { type Bench, ingestFiles } from './harness/bench-stage.ts';
import { measure } from './harness/measure.ts';
import { compare, type Section } from './harness/report.ts';
import { rawWrites } from './peers/raw-writes.ts';

const ENTITIES = 50_000;
const MILLION = 1_000_000;
const RAW_ROWS = 20_000;
const OFFLINE_DELAY_MS = 60_000;
const GROUPS = ['travellers'];

export const benchRestore = (bench: Bench) => restore(bench, ENTITIES);
/** Not among those that run unasked: it takes minutes to write a million records in the first place. */
export const benchRestoreMillion = (bench: Bench) => restore(bench, MILLION);

async function restore(bench: Bench, entities: number): Promise<Section[]> {
  const { stage } = bench;
  const key = `travellers/${entities}.csv`;
  await ingestFiles(stage, [{ path: await writeTravellers(bench, entities), key }]);
  await stage.instance.drainOffline();
  stage.instance.clock.advance(OFFLINE_DELAY_MS);

  const id = `bench-${entities}`;
  const snapshot = await measure(() => takeSnapshot(stage, id, { groups: GROUPS }, () => {}));
  const { rows, groups } = snapshot.value;
  if (rows < entities) throw new Error(`the snapshot holds ${rows} of ${entities} entities`);
  // The functions' first call loads them: that is another benchmark's subject.
  await createShadows(stage, groups, 'cold');
  await restoreSnapshot(stage, `${id}-cold`, { snapshot: id, groups: GROUPS, into: 'cold' }, () => {});
  await createShadows(stage, groups, 'warm');
  const warm = await measure(() => restoreSnapshot(stage, `${id}-warm`, { snapshot: id, into: 'warm' }, () => {}));
  if (warm.value.counts.equal !== rows) throw new Error(`${warm.value.counts.equal} of ${rows} records came back`);
  await createShadows(stage, groups, 'raw');
  const raw = await rawWrites(bench, { groupName: `${stage.stage}-travellers-v1-raw`, rows: RAW_ROWS, kind: 'online' });
  for (const into of ['cold', 'warm', 'raw']) await stage.groups.remove(`${stage.stage}-travellers-v1-${into}`);

  const line = ({ seconds, cpuSeconds }: { seconds: number; cpuSeconds: number }, count: number) => ({
    perSecond: count / seconds,
    cpuSeconds,
  });
  return [
    {
      title: `snapshot and restore of ${rows.toLocaleString('en-US')} entities, start of the machine to manifest and receipt, warm`,
      unit: 'rows/s',
      lines: [
        { what: `tidemark, snapshot (${snapshot.seconds.toFixed(1)} s)`, ...line(snapshot, rows) },
        ...compare(
          { what: `tidemark, restore, every row read back (${warm.seconds.toFixed(1)} s)`, ...line(warm, rows) },
          [{ what: `limit: raw BatchWriteRecord of ${RAW_ROWS}, 25 a call, 8 calls at once`, ...line(raw, RAW_ROWS) }],
          undefined,
        ),
      ],
    },
  ];
}

async function writeTravellers({ dir }: Bench, entities: number): Promise<string> {
  const path = join(dir, `travellers-${entities}.csv`);
  const file = createWriteStream(path);
  file.write('traveller,seen,home,trips,mean_delay\n');
  const seen = '2026-01-01T00:00:00Z';
  for (let from = 0; from < entities; from += 10_000) {
    const lines = Array.from({ length: Math.min(10_000, entities - from) }, (_, at) => travellerLine(from + at, seen));
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await finished(file);
  return path;
}

const travellerLine = (at: number, seen: string) => `${at},${seen},A${at % 300},${at % 40},${(at % 97) / 8}\n`;
