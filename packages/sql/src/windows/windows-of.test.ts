import { aggregate, defineEntity, defineWindowedGroup, field } from '@tidemark/domain';
import { describe, expect, it } from 'vitest';
import type { PointInTimePlan } from '../point-in-time/plan.ts';
import { planPointInTime } from '../point-in-time/plan-point-in-time.ts';
import { printAthena } from '../print-athena.ts';
import type { PlanWindows } from './plan-windows.ts';

const at = (iso: string) => BigInt(Date.parse(iso));
const table = (name: string) => ({ database: 'tidemark', name });

const { windowed } = defineWindowedGroup({
  name: 'airport-activity',
  entity: defineEntity({ name: 'airport', key: { airport: 'string' } }),
  fields: { destination: field.text({ maxBytes: 4 }), delay: field.integer({ within: 10_000 }) },
  step: '1m',
  lateness: '24h',
  bounds: { events: 4_000, eventsPerStep: 50 },
  windows: {
    departures_5m: aggregate.count({ length: '5m' }),
    delay_mean_1h: aggregate.mean('delay', { length: '1h' }),
    delay_max_3h: aggregate.max('delay', { length: '3h' }),
    destinations_1h: aggregate.distinct('destination', { length: '1h' }),
    last_destination: aggregate.last('destination'),
  },
});
const activity = (...features: string[]): PlanWindows => ({
  alias: 'w0',
  keyColumn: 'origin',
  table: table('airport_activity_events'),
  partitioned: true,
  windowed,
  columns: features.map((feature) => ({ output: `origin_${feature}`, feature })),
});
const plan: PointInTimePlan = {
  unit: 'ms',
  boundary: 'before',
  knowledge: 'event-time',
  labels: { table: table('labels'), earliest: at('2001-01-03T10:20:00Z'), latest: at('2001-01-09T23:10:00.500Z') },
  joins: [],
};
const print = (windows: PlanWindows, changes: Partial<PointInTimePlan> = {}) =>
  printAthena(planPointInTime({ ...plan, ...changes, windows: [windows] }));

describe('windows in a point-in-time plan', () => {
  it('add up what enters and leaves along one sorted stream', () => {
    expect(print(activity('departures_5m', 'destinations_1h'))).toMatchInlineSnapshot(`
      "WITH
        w0_decoded AS (
          SELECT
            k,
            id,
            whole_second * 1000 + fraction AS t,
            whole_second,
            arrived,
            deleted,
            f1
          FROM (
            SELECT
              event_entity AS k,
              event_id AS id,
              CAST(to_unixtime(from_iso8601_timestamp(substr(event_time, 1, 19) || 'Z')) AS bigint) AS whole_second,
              CAST(rpad(replace(substr(event_time, 21), 'Z', ''), 3, '0') AS bigint) AS fraction,
              event_arrived_at AS arrived,
              coalesce(is_deleted, false) AS deleted,
              destination AS f1
            FROM tidemark.airport_activity_events
            WHERE year BETWEEN '2001' AND '2001'
              AND year || month || day || hour BETWEEN '2001010309' AND '2001010923'
              AND event_entity IS NOT NULL
              AND event_id IS NOT NULL
              AND event_time IS NOT NULL
          )
          WHERE whole_second BETWEEN 978512400 AND 979081800
        ),
        w0_copies AS (
          SELECT
            *,
            row_number() OVER (PARTITION BY k, id, t ORDER BY deleted DESC, arrived, f1) AS copy_number
          FROM w0_decoded
        ),
        w0 AS (
          SELECT
            k,
            t,
            whole_second,
            row_number() OVER (PARTITION BY k ORDER BY t, id) AS rn,
            f1,
            lead(t) OVER (PARTITION BY k, f1 ORDER BY t, id) AS n1
          FROM w0_copies
          WHERE copy_number = 1
            AND deleted = false
        ),
        w0_moves AS (
          SELECT
            origin AS k,
            0 AS g,
            label_time AS t,
            1 AS o,
            label_row,
            CAST(NULL AS bigint) AS rn,
            CAST(NULL AS varchar) AS f1
          FROM tidemark.labels
          UNION ALL
          SELECT
            k,
            g,
            CASE
              WHEN g = 1 THEN t
              WHEN g = 2 THEN ((whole_second - CASE WHEN whole_second < 0 THEN 59 ELSE 0 END) / 60 + 6) * 60000
              WHEN g = 3
                THEN CASE
                  WHEN n1 < ((whole_second - CASE WHEN whole_second < 0 THEN 59 ELSE 0 END) / 60 + 61) * 60000
                    THEN n1
                  ELSE ((whole_second - CASE WHEN whole_second < 0 THEN 59 ELSE 0 END) / 60 + 61) * 60000
                END
            END,
            CASE
              WHEN g = 1 THEN 2
              WHEN g = 2 THEN CASE WHEN false THEN 2 ELSE 0 END
              WHEN g = 3
                THEN CASE
                  WHEN n1 < ((whole_second - CASE WHEN whole_second < 0 THEN 59 ELSE 0 END) / 60 + 61) * 60000
                    THEN 2
                  ELSE 0
                END
            END,
            NULL,
            rn,
            f1
          FROM w0
          CROSS JOIN (VALUES (1), (2), (3)) AS times (g)
        ),
        w0_carried AS (
          SELECT
            k,
            g,
            label_row,
            sum(CASE WHEN g = 1 THEN 1 WHEN g = 2 THEN 0 - 1 ELSE 0 END) OVER w AS w0_count1,
            sum(
              CASE
                WHEN g = 1 THEN CASE WHEN f1 IS NOT NULL THEN 1 ELSE 0 END
                WHEN g = 3 THEN 0 - CASE WHEN f1 IS NOT NULL THEN 1 ELSE 0 END
                ELSE 0
              END
            ) OVER w AS w0_distinct2
          FROM w0_moves
          WINDOW w AS (PARTITION BY k ORDER BY t, o ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
        ),
        w0_r AS (
          SELECT
            label_row,
            k AS w0_k,
            w0_count1,
            w0_distinct2
          FROM w0_carried
          WHERE g = 0
        )
      SELECT
        w0_r.label_row AS label_row,
        CASE WHEN w0_k IS NOT NULL THEN CAST(coalesce(w0_count1, 0) AS bigint) END AS origin_departures_5m,
        CASE WHEN w0_k IS NOT NULL THEN CAST(coalesce(w0_distinct2, 0) AS bigint) END AS origin_destinations_1h
      FROM w0_r"
    `);
  });

  it('find what cannot be taken back in two ends of blocks', () => {
    const text = print(activity('delay_max_3h'));
    expect(text.slice(text.indexOf('  w0_moves'))).toMatchInlineSnapshot(`
      "  w0_moves AS (
          SELECT
            origin AS k,
            0 AS g,
            label_time AS t,
            1 AS o,
            label_row,
            CAST(NULL AS bigint) AS rn,
            CAST(NULL AS bigint) AS f1,
            (label_time - CASE WHEN label_time < 0 THEN 59999 ELSE 0 END) / 60000 AS p1
          FROM tidemark.labels
          UNION ALL
          SELECT
            k,
            g,
            CASE WHEN g = 1 THEN t END,
            CASE WHEN g = 1 THEN 2 END,
            NULL,
            rn,
            f1,
            CASE WHEN g = 1 THEN (whole_second - CASE WHEN whole_second < 0 THEN 59 ELSE 0 END) / 60 + 180 END
          FROM w0
          CROSS JOIN (VALUES (1)) AS times (g)
        ),
        w0_carried AS (
          SELECT
            k,
            g,
            label_row,
            max(CASE WHEN g = 1 THEN f1 END) OVER head1 AS w0_max1_head,
            max(CASE WHEN g = 1 THEN f1 END) OVER tail1 AS w0_max1_tail
          FROM (
            SELECT
              *,
              (p1 - CASE WHEN p1 < 0 THEN 179 ELSE 0 END) / 180 AS b1
            FROM w0_moves
          )
          WINDOW w AS (PARTITION BY k ORDER BY t, o ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
            head1 AS (PARTITION BY k, b1 - g ORDER BY t, o ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
            tail1 AS (PARTITION BY k, b1 ORDER BY p1 DESC, g DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
        ),
        w0_r AS (
          SELECT
            label_row,
            k AS w0_k,
            coalesce(greatest(w0_max1_head, w0_max1_tail), w0_max1_head, w0_max1_tail) AS w0_max1
          FROM w0_carried
          WHERE g = 0
        )
      SELECT
        w0_r.label_row AS label_row,
        w0_max1 AS origin_delay_max_3h
      FROM w0_r"
    `);
  });

  it('read no further back than the longest window, or everything where one has no end', () => {
    expect(print(activity('departures_5m'))).toContain('WHERE whole_second BETWEEN 978516000 AND 979081800');
    expect(print(activity('delay_max_3h'))).toContain('WHERE whole_second BETWEEN 978505200 AND 979081800');
    expect(print(activity('departures_5m', 'last_destination'))).toContain('WHERE whole_second <= 979081800');
  });

  it('stand beside what is joined, by the row of the label', () => {
    const joined = print(activity('departures_5m', 'delay_max_3h'), {
      joins: [
        {
          alias: 'j0',
          keyColumn: 'origin',
          table: table('airport_profile'),
          partitioned: false,
          maxAge: undefined,
          wholeSecondArrival: false,
          columns: [{ output: 'city', feature: 'city', type: 'varchar' }],
        },
      ],
    });
    expect(joined).toContain('FROM r0\nJOIN w0_r ON w0_r.label_row = r0.label_row');
  });

  it('use nothing that is quadratic or that Trino compares otherwise', () => {
    const text = print(activity('departures_5m', 'delay_mean_1h', 'delay_max_3h', 'destinations_1h', 'last_destination'));
    expect(text).not.toMatch(/IGNORE NULLS|ROW\(|RANGE BETWEEN|count\(DISTINCT/i);
    for (const [, condition] of text.matchAll(/\bJOIN \S+ ON (.+)/g)) expect(condition).toMatch(/^\S+label_row = \S+label_row$/);
  });

  it('are refused by name where they cannot be answered', () => {
    expect(() => print(activity('departures_5m'), { knowledge: 'arrival-time' })).toThrow(
      expect.objectContaining({ code: 'PIT_OPTION_INVALID' }),
    );
    expect(() => print(activity('departures_9h'))).toThrow(expect.objectContaining({ code: 'FEATURE_UNKNOWN' }));
  });
});
