/** One line of a benchmark: ours, a limit, or what is known of another system. */
export interface Line {
  readonly what: string;
  readonly perSecond?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly cpuSeconds?: number;
  /** For a limit: our rate divided by this one. */
  readonly ratio?: number;
  readonly published?: string;
}

export interface Section {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
}

const whole = (value: number | undefined) => (value === undefined ? '' : Math.round(value).toLocaleString('en-US'));
const fixed = (value: number | undefined, digits: number) => (value === undefined ? '' : value.toFixed(digits));

export function printSection({ title, unit, lines }: Section): string {
  const header = ['', unit, 'p50 ms', 'p99 ms', 'CPU s', 'ours / it'];
  const rows = lines.map((line) => [
    line.what,
    line.published ?? whole(line.perSecond),
    fixed(line.p50Ms, 2),
    fixed(line.p99Ms, 2),
    fixed(line.cpuSeconds, 2),
    fixed(line.ratio, 3),
  ]);
  const all = [header, ...rows];
  const used = header.map((_, at) => at < 2 || rows.some((row) => row[at] !== ''));
  const widths = header.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  const print = (row: readonly string[]) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .filter((_, at) => used[at])
      .join('  ');
  return [title, ...all.map(print)].join('\n');
}

/** Our line, the limits with the ratio to each, and the published figure. */
export function compare(ours: Line, limits: readonly Line[], published: string | undefined): Line[] {
  return [
    ours,
    ...limits.map((limit) => ({ ...limit, ratio: (ours.perSecond ?? 0) / (limit.perSecond ?? 1) })),
    ...(published === undefined ? [] : [{ what: 'published: Feast 0.67, 2 cores, these data', published }]),
  ];
}
