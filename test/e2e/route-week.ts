/** A week of route-days as its raw files, and the same rows as plainly as can be: what a backfill is checked against. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROUTES = 60;
const DAYS = 9;
const DAY_MS = 86_400_000;
const FIRST_MS = Date.UTC(2001, 2, 1);
const COLUMNS = 'origin,destination,day_end,flights,mean_delay,share_late,distance';

export const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
/** Days 1 to 7 of the nine. */
export const week = { from: iso(FIRST_MS + DAY_MS), to: iso(FIRST_MS + 8 * DAY_MS) };

export interface RouteDay {
  readonly key: string;
  readonly dayEnd: string;
  readonly distance: number;
  /** One of five of the week. */
  readonly late: boolean;
  readonly line: string;
}

const airport = (ordinal: number) => String.fromCharCode(65 + (ordinal % 26), 65 + (Math.floor(ordinal / 26) % 26), 88);

export const routeDays: readonly RouteDay[] = Array.from({ length: ROUTES * DAYS }, (_, at) => {
  const [route, day] = [Math.floor(at / DAYS), at % DAYS];
  const [origin, destination, dayEnd] = [airport(route), airport(route + 1), iso(FIRST_MS + day * DAY_MS)];
  const distance = 100 + route;
  return {
    key: `${origin}|${destination}`,
    dayEnd,
    distance,
    late: day >= 1 && day <= 7 && at % 5 === 0,
    line: `${origin},${destination},${dayEnd},${at % 40},${(at % 97) / 8},${(at % 5) / 4},${distance}`,
  };
});

export const isInWeek = ({ dayEnd }: RouteDay) => dayEnd >= week.from && dayEnd < week.to;

/** One file a day; of the late rows another one a day, and with them a row that no definition takes. */
export function writeRouteWeek(folder: string): {
  onTime: { path: string; key: string }[];
  late: { path: string; key: string }[];
} {
  const write = (name: string, rows: readonly RouteDay[], ...more: readonly string[]) => {
    const path = join(folder, name);
    writeFileSync(path, `${[COLUMNS, ...rows.map(({ line }) => line), ...more].join('\n')}\n`);
    return { path, key: `route-days/${name}` };
  };
  const days = [...Map.groupBy(routeDays, ({ dayEnd }) => dayEnd)];
  return {
    onTime: days.map(([day, rows]) =>
      write(
        `${day.slice(0, 10)}.csv`,
        rows.filter(({ late }) => !late),
      ),
    ),
    late: days.flatMap(([day, rows]) => {
      const late = rows.filter((row) => row.late);
      return late.length === 0 ? [] : [write(`${day.slice(0, 10)}-late.csv`, late, `AAX,BAX,${day},1,NaN,0,1`)];
    }),
  };
}

export function writeRouteWeekLabels(path: string): number {
  const labels = routeDays.map(({ key, dayEnd }) => `${key.replace('|', ',')},${iso(Date.parse(dayEnd) + 3_600_000)}`);
  writeFileSync(path, `${['origin,destination,label_time', ...labels].join('\n')}\n`);
  return labels.length;
}
