/**
 * Plays the company's exporting system: writes the raw files that it would drop into the bucket, and the labels.
 * Replace it with your own company's export; nothing else in Tidemark knows about it.
 *
 * flights of 2001 → airports/*.csv, airport-hours/dt=…/* and route-days/dt=…/* (one file a day, in whatever format that
 * system had that day), labels/departures.parquet. The same arguments write the same bytes.
 */
import { ALL_DAYS, addDays } from './calendar.ts';
import { openFlightRecords } from './flight-records.ts';
import { cutOff, type PlantedRow, plantBadRows, writeEmptyFile } from './plant-damage.ts';
import { createWriter, DAILY_FILES, type DailyFile, writeAirports, writeDay, writeLabels, writeLateDay } from './write-files.ts';

export interface ExportOptions {
  /** A folder; the files come to lie in it under their object keys. */
  readonly outDir: string;
  /** The day to which 2001-01-01 is moved, as `2001-01-01`. */
  readonly anchor: string;
  /** How many days, 1 to 182 (`ALL_DAYS`). */
  readonly days: number;
  /** Whether to plant 40 bad rows in the files of the first week, and two damaged files. */
  readonly plant: boolean;
}

export interface ExportedFile {
  /** Where it lies on disk. */
  readonly path: string;
  /** Its object key in the raw bucket. */
  readonly key: string;
  /** Planted rows included, header not; 0 for a file that is refused as a whole. */
  readonly rows: number;
  readonly planted: number;
  /** The code under which the whole file must be refused. */
  readonly refusal?: 'FILE_TRUNCATED' | 'FILE_EMPTY';
}

export interface FlightsExport {
  readonly files: readonly ExportedFile[];
  readonly labels: { readonly path: string; readonly key: string; readonly rows: number };
  readonly planted: readonly PlantedRow[];
  /** The last of the days, as moved. */
  readonly lastDay: string;
}

/** Writes the export into `outDir`, over whatever of it lies there already. */
export async function exportFlights({ outDir, anchor, days, plant }: ExportOptions): Promise<FlightsExport> {
  if (!(Number.isInteger(days) && days >= 1 && days <= ALL_DAYS))
    throw new RangeError(`days must be 1 to ${ALL_DAYS}, not ${days}`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(anchor) || Number.isNaN(Date.parse(anchor)))
    throw new RangeError(`the anchor must be a day such as 2001-01-01, not ${anchor}`);
  const dates = Array.from({ length: days }, (_, at) => addDays(anchor, at));
  const lastDay = addDays(anchor, days - 1);
  const records = await openFlightRecords(anchor, days);
  try {
    const write = createWriter(records.connection, outDir);
    const files: ExportedFile[] = [
      { ...(await writeAirports(write, addDays(anchor, -1))), rows: await records.count('airports'), planted: 0 },
    ];
    for (const daily of DAILY_FILES) {
      const rows = await records.countByDay(daily.table);
      for (const [ordinal, day] of dates.entries()) {
        files.push({ ...(await writeDay(write, daily, day, ordinal)), rows: rows.get(day) ?? 0, planted: 0 });
      }
    }
    const labels = { ...(await writeLabels(write)), rows: await records.count('flights') };
    if (!plant) return { files, labels, planted: [], lastDay };

    const planted = plantBadRows(files, dates.slice(0, 7));
    const late = await writeLateDay(write, DAILY_FILES[0] as DailyFile, anchor);
    cutOff(late.path);
    const damaged: ExportedFile[] = [
      { ...late, rows: 0, planted: 0, refusal: 'FILE_TRUNCATED' },
      { ...writeEmptyFile(outDir, `route-days/late/${anchor} resent.csv`), rows: 0, planted: 0, refusal: 'FILE_EMPTY' },
    ];
    return { files: [...files.map((file) => withPlanted(file, planted)), ...damaged], labels, planted, lastDay };
  } finally {
    records.close();
  }
}

function withPlanted(file: ExportedFile, all: readonly PlantedRow[]): ExportedFile {
  const planted = all.filter(({ key }) => key === file.key).length;
  return { ...file, rows: file.rows + planted, planted };
}
