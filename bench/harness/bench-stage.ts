/** A stage in a temporary directory with the first week of flights exported; all of it is gone after the run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunningStage, startStage } from '@tidemark/cli/start-stage';
import { followIngest, type Upload, upload } from '@tidemark/cli/upload';
import { addDays } from '@tidemark/features/flights/calendar';
import { type ExportedFile, exportFlights, type FlightsExport } from '@tidemark/features/flights/export';
import type { Receipt } from '@tidemark/pipeline';

export interface Bench {
  readonly dir: string;
  readonly stage: RunningStage;
  /** The seven days that ended at midnight: no time to live has passed. */
  readonly week: FlightsExport;
  /** Ingests the week, once, and waits until it is in the offline store as well. */
  loadWeek(): Promise<void>;
  close(): Promise<void>;
}

const UPLOADS_AT_ONCE = 6;
const today = () => new Date().toISOString().slice(0, 10);

export async function openBench(): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
  try {
    const week = await exportFlights({ outDir: join(dir, 'week'), anchor: addDays(today(), -7), days: 7, plant: false });
    const stage = await startStage({
      data: join(dir, 'data'),
      port: 0,
      apiPort: 0,
      stage: 'bench',
      profile: 'default',
      definitions: fileURLToPath(new URL('../definitions.ts', import.meta.url)),
    });
    let loading: Promise<void> | undefined;
    const load = async () => {
      await ingestFiles(stage, week.files);
      await stage.instance.drainOffline();
    };
    return {
      dir,
      stage,
      week,
      loadWeek() {
        loading ??= load();
        return loading;
      },
      async close() {
        await stage.stop();
        rmSync(dir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

/** Uploads files, a few at a time, and follows them to their receipts one after another, since all have to be there. */
export async function ingestFiles(stage: RunningStage, files: readonly Pick<ExportedFile, 'path' | 'key'>[]): Promise<Receipt[]> {
  const uploads: Upload[] = [];
  let next = 0;
  const lane = async () => {
    for (let file = files[next++]; file !== undefined; file = files[next++]) {
      uploads.push(await upload(stage, file.path, file.key));
    }
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, lane));
  const receipts: Receipt[] = [];
  for (const one of uploads) receipts.push(await followIngest(stage, one));
  return receipts;
}
