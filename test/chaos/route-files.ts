import { writeFileSync } from 'node:fs';

const ROUTES = 150;
const HOURS = 400;
const DISTINCT_HOURS = 110;
const BAD_EVERY = 1_000;
const HOUR_MS = 3_600_000;
const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const hourAt = (hour: number) => iso(Date.UTC(2001, 0, 1) + hour * HOUR_MS);
const airport = (ordinal: number) => String.fromCharCode(65 + (ordinal % 26), 65 + (Math.floor(ordinal / 26) % 26), 88);

/** Six chunks of route-days, route by route, so that a flush of any of them writes hundreds of files, one an hour. */
export function writeRouteFile(
  path: string,
  { routes = ROUTES, hours = HOURS } = {},
): { readonly rows: number; readonly bad: number } {
  const lines = ['origin,destination,day_end,flights,mean_delay,share_late,distance'];
  for (let route = 0; route < routes; route++) {
    for (let hour = 0; hour < hours; hour++) {
      const row = route * hours + hour;
      const meanDelay = row % BAD_EVERY === 0 ? 'NaN' : (row % 97) / 8;
      lines.push(
        `${airport(route)},${airport(route + 1)},${hourAt(hour)},${row % 40},${meanDelay},${(row % 5) / 4},${100 + route}`,
      );
    }
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
  return { rows: routes * hours, bad: Math.ceil((routes * hours) / BAD_EVERY) };
}

export function writeRouteLabels(path: string): { readonly rows: number } {
  const lines = ['origin,destination,label_time'];
  for (let label = 0; label < 2_000; label++) {
    const route = (label * 7) % ROUTES;
    lines.push(`${airport(route)},${airport(route + 1)},${iso(Date.parse(hourAt((label * 13) % HOURS)) + 1_800_000)}`);
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
  return { rows: lines.length - 1 };
}

const code = (ordinal: number) => String.fromCharCode(...[676, 26, 1].map((place) => 65 + (Math.floor(ordinal / place) % 26)));

/** Every row a route of its own, hour by hour, so that a snapshot of them has several parts. */
export function writeDistinctRoutes(path: string): { readonly rows: number } {
  const lines = ['origin,destination,day_end,flights,mean_delay,share_late,distance'];
  for (let row = 0; row < ROUTES * DISTINCT_HOURS; row++) {
    const hour = hourAt(Math.floor(row / ROUTES));
    lines.push(`${code(row)},${code(row + 1)},${hour},${row % 40},${(row % 97) / 8},${(row % 5) / 4},${100 + row}`);
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
  return { rows: lines.length - 1 };
}
