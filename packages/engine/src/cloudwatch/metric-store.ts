import Database from 'better-sqlite3';
import type { MetricValue } from './embedded-metrics.ts';

export interface MetricSeries {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface StatisticSet {
  readonly timestampMs: number;
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

export interface MetricStore {
  /** One transaction; afterwards what is older than the retention is gone. */
  add(values: readonly MetricValue[], nowMs: number): void;
  list(namespace: string | undefined, name: string | undefined): MetricSeries[];
  query(query: {
    namespace: string;
    name: string;
    dimensions: Readonly<Record<string, string>> | undefined;
    fromMs: number;
    toMs: number;
    periodMs: number;
  }): StatisticSet[];
  close(): void;
}

const MINUTE_MS = 60_000;
const RETENTION_MS = 15 * 24 * 60 * MINUTE_MS;
const MOST_SERIES = 10_000;

const canonical = (dimensions: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))));

export function openMetricStore(file: string, log: (line: string) => void, mostSeries = MOST_SERIES): MetricStore {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.exec(`
    CREATE TABLE IF NOT EXISTS series (
      id INTEGER PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL, unit TEXT NOT NULL, dimensions TEXT NOT NULL,
      UNIQUE (namespace, name, unit, dimensions)) STRICT;
    CREATE TABLE IF NOT EXISTS minute (
      seriesId INTEGER NOT NULL, startMs INTEGER NOT NULL, sampleCount INTEGER NOT NULL, sum REAL NOT NULL,
      minimum REAL NOT NULL, maximum REAL NOT NULL, PRIMARY KEY (seriesId, startMs)) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS minute_start ON minute (startMs);`);
  const findSeries = db.prepare('SELECT id FROM series WHERE namespace = ? AND name = ? AND unit = ? AND dimensions = ?').pluck();
  const addSeries = db.prepare('INSERT INTO series (namespace, name, unit, dimensions) VALUES (?, ?, ?, ?)');
  const countSeries = db.prepare('SELECT count(*) FROM series').pluck();
  const addMinute = db.prepare(`INSERT INTO minute VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    sampleCount = sampleCount + excluded.sampleCount, sum = sum + excluded.sum,
    minimum = min(minimum, excluded.minimum), maximum = max(maximum, excluded.maximum)`);
  const expire = db.prepare('DELETE FROM minute WHERE startMs < ?');
  let isFull = false;

  const seriesId = ({ namespace, name, unit, dimensions }: MetricValue): number | undefined => {
    const key = [namespace, name, unit, canonical(dimensions)];
    const known = findSeries.get(...key) as number | undefined;
    if (known !== undefined) return known;
    if ((countSeries.get() as number) >= mostSeries) {
      if (!isFull) log(`cloudwatch: ${mostSeries} metric series are kept and no more: a dimension with many values?`);
      isFull = true;
      return undefined;
    }
    return Number(addSeries.run(...key).lastInsertRowid);
  };

  return {
    add: db.transaction((values: readonly MetricValue[], nowMs: number) => {
      for (const metric of values) {
        const id = seriesId(metric);
        if (id === undefined) continue;
        const sum = metric.values.reduce((a, b) => a + b, 0);
        const startMs = Math.floor(metric.timestampMs / MINUTE_MS) * MINUTE_MS;
        addMinute.run(id, startMs, metric.values.length, sum, Math.min(...metric.values), Math.max(...metric.values));
      }
      expire.run(Math.floor(nowMs - RETENTION_MS));
    }),
    list(namespace, name) {
      const rows = db
        .prepare(
          'SELECT namespace, name, unit, dimensions FROM series WHERE namespace = ifnull(?, namespace) AND name = ifnull(?, name) ORDER BY 1, 2, 3, 4',
        )
        .all(namespace, name) as { namespace: string; name: string; unit: string; dimensions: string }[];
      return rows.map((row) => ({ ...row, dimensions: JSON.parse(row.dimensions) }));
    },
    query({ namespace, name, dimensions, fromMs, toMs, periodMs }) {
      return db
        .prepare(`SELECT startMs / @periodMs * @periodMs AS timestampMs, sum(sampleCount) AS sampleCount, sum(sum) AS sum,
            min(minimum) AS minimum, max(maximum) AS maximum
          FROM minute JOIN series ON series.id = minute.seriesId
          WHERE namespace = @namespace AND name = @name AND dimensions = ifnull(@dimensions, dimensions) AND startMs >= @fromMs AND startMs < @toMs
          GROUP BY 1 ORDER BY 1`)
        .all({
          namespace,
          name,
          dimensions: dimensions ? canonical(dimensions) : null,
          fromMs: BigInt(fromMs),
          toMs: BigInt(toMs),
          periodMs: BigInt(periodMs),
        }) as StatisticSet[];
    },
    close: () => void db.close(),
  };
}
