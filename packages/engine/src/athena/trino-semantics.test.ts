import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AthenaFixture, createAthenaFixture } from './athena-fixture.ts';

/** Trino's answers, as its documentation and runs of Trino 406 have them; what differs by design is in `create-athena.ts`. */
let fixture: AthenaFixture;
beforeAll(async () => {
  fixture = await createAthenaFixture();
});
afterAll(() => fixture.stop());

const NULL = null;

describe('values as Trino has them', () => {
  it.each<[expression: string, value: string | null]>([
    ['7/2', '3'],
    ['-7/2', '-3'],
    ['7/2e0', '3.5'],
    ['-7%3', '-1'],
    ['1e0/0', 'Infinity'],
    ['1.0/3', '0.3'],
    ['2.0/3', '0.7'],
    ['-2.0/3', '-0.7'],
    ['100.0*1/3', '33.3'],
    ['1.10 + 2.2', '3.30'],
    ['1.5 * 2', '3.0'],
    ['5.5 % 2', '1.5'],
    ['2147483647 + cast(1 as bigint)', '2147483648'],
    ['cast(2.5e0 as bigint)', '3'],
    ['cast(-2.5e0 as bigint)', '-3'],
    ['cast(2.5 as bigint)', '3'],
    ["cast('7' as bigint)", '7'],
    ["try_cast('2.5' as bigint)", NULL],
    ["try_cast(' 7 ' as bigint)", NULL],
    ['cast(1e0 as varchar)', '1.0E0'],
    ['cast(0.001e0 as varchar)', '1.0E-3'],
    ["cast(real '0.1' as varchar)", '1.0E-1'],
    ["cast('abc' as varchar(2))", 'ab'],
    ["try_cast('yes' as boolean)", NULL],
    ["cast(timestamp '2026-01-01 00:00:00.12' as varchar)", '2026-01-01 00:00:00.12'],
    ["cast(timestamp '2026-01-01 00:00:00.1235' as timestamp)", '2026-01-01 00:00:00.124'],
    ["try_cast('2026-01-01T00:00:00' as timestamp)", NULL],
    ["cast('2026-01-01 10:00' as timestamp)", '2026-01-01 10:00:00.000'],
    ["cast(timestamp '2026-01-01 23:59:59' as date)", '2026-01-01'],
    ["to_unixtime(from_iso8601_timestamp('2026-01-01T02:00:00+02:00'))", '1.7672256E9'],
    ["from_iso8601_timestamp('2026-01-01T00:00:00.1239Z')", '2026-01-01 00:00:00.123 UTC'],
    ["from_iso8601_timestamp('2026-01-01')", '2026-01-01 00:00:00.000 UTC'],
    ["from_iso8601_timestamp('2026-01-01T10:11Z')", '2026-01-01 10:11:00.000 UTC'],
    ["try(from_iso8601_timestamp('2026-01-01 00:00:00'))", NULL],
    ["from_iso8601_timestamp_nanos('2026-01-01T00:00:00.123456789Z')", '2026-01-01 00:00:00.123456789 UTC'],
    ['from_unixtime(1767225600.1235e0)', '2026-01-01 00:00:00.124 UTC'],
    ["date_diff('day', timestamp '2026-01-01 23:59:00', timestamp '2026-01-02 00:01:00')", '0'],
    ["date_diff('month', date '2026-01-15', date '2026-03-14')", '1'],
    ["date_diff('hour', timestamp '2026-01-02 00:00:00', timestamp '2026-01-01 00:30:00')", '-23'],
    ["date_add('month', 1, date '2026-01-31')", '2026-02-28'],
    ["date_add('hour', -1, timestamp '2026-01-01 00:00:00')", '2025-12-31 23:00:00'],
    ["date '2026-01-31' + interval '1' month", '2026-02-28'],
    ["date_trunc('hour', timestamp '2026-01-01 10:11:12.5')", '2026-01-01 10:00:00.0'],
    ["day_of_week(date '2026-01-04')", '7'],
    ["extract(year from date '2026-01-04')", '2026'],
    ["year_of_week(date '2027-01-01')", '2026'],
    ["date_format(timestamp '2026-01-01 10:11:12', '%Y-%m-%d %H:%i:%s')", '2026-01-01 10:11:12'],
    ["date_parse('2026-01-01T10:11:12Z', '%Y-%m-%dT%H:%i:%sZ')", '2026-01-01 10:11:12.000'],
    ["to_timestamp('2026-01-01 10:11:12', 'yyyy-mm-dd hh24:mi:ss')", '2026-01-01 10:11:12.000'],
    ['to_iso8601(from_unixtime(0))', '1970-01-01T00:00:00.000Z'],
    ["cast(from_unixtime(0, 'America/New_York') as timestamp)", '1969-12-31 19:00:00.000'],
    ["with_timezone(timestamp '2026-01-01 00:00:00', 'America/New_York')", '2026-01-01 00:00:00.000 America/New_York'],
    ["concat('a', NULL)", NULL],
    ["'a' || 'b'", 'ab'],
    ["concat_ws(',', 'a', NULL, 'b')", 'a,b'],
    ['greatest(1, NULL, 3)', NULL],
    ['least(2, 1)', '1'],
    ["split_part('a,b', ',', 9)", NULL],
    ["split_part('a,,b', ',', 2)", ''],
    ["substr('abc', 0, 2)", ''],
    ["substr('abc', -2)", 'bc'],
    ["substr('abc', -5)", ''],
    ["position('b' in 'abc')", '2'],
    ["strpos('abc', 'x')", '0'],
    ["lpad('abc', 2, 'x')", 'ab'],
    ["trim(both 'x' from 'xax')", 'a'],
    ["regexp_extract('abc', 'x')", NULL],
    ["regexp_extract('abc', '(b)(c)', 2)", 'c'],
    ["regexp_replace('abab', 'a(b)', '$1-')", 'b-b-'],
    ["regexp_like('abc', 'b')", 'true'],
    ["'a_c' like 'a\\_c' escape '\\'", 'true'],
    ['json_extract_scalar(\'{"a":{"b":[1,"x"]}}\', \'$.a.b[1]\')', 'x'],
    ["json_extract_scalar('{\"a\":{}}', '$.a')", NULL],
    ["json_extract_scalar('no json', '$.a')", NULL],
    ["json_array_length('[1,2]')", '2'],
    ["to_hex(md5(to_utf8('a')))", '0CC175B9C0F1B6A831C399E269772661'],
    ["lower(to_hex(sha256(to_utf8('a'))))", 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
    ["to_hex(xxhash64(to_utf8('a')))", 'D24EC4F1A98C6E5B'],
    ["to_hex(xxhash64(to_utf8('Nobody inspects the spammish repetition')))", 'FBCEA83C8A378BF1'],
    ["crc32(to_utf8('a'))", '3904355907'],
    ['to_hex(to_ieee754_64(1.5e0))', '3FF8000000000000'],
    ["from_base('ff', 16)", '255'],
    ['bitwise_and(12, 10)', '8'],
    ['bitwise_left_shift(1, 63)', '-9223372036854775808'],
    ['bitwise_right_shift(-1, 60)', '15'],
    ['bitwise_xor(5, 1)', '4'],
    ['nan() = nan()', 'false'],
    ['nan() > 1e0', 'false'],
    ['nan() <> 1e0', 'true'],
    ['is_nan(nan())', 'true'],
    ['round(1.005e0, 2)', '1.0'],
    ['round(-2.5e0)', '-3.0'],
    ['sqrt(-1)', 'NaN'],
    ['if(false, 1)', NULL],
    ['if(true, 1, 2)', '1'],
    ['coalesce(NULL, 2)', '2'],
    ['nullif(1, 1)', NULL],
    ['try(1/0)', NULL],
    ['1 in (2, NULL)', NULL],
    ['2 is distinct from NULL', 'true'],
    ['cardinality(array[1, 2])', '2'],
    ['element_at(array[1, 2], 3)', NULL],
    ['element_at(array[1, 2], -1)', '2'],
    ['array[5, 6][2]', '6'],
    ['contains(array[1, NULL], 2)', NULL],
    ['contains(array[1], 1)', 'true'],
    ["element_at(map(array['a'], array[1]), 'b')", NULL],
    ['array[1, NULL]', '[1, null]'],
    ["row(1, 'x')", '{field0=1, field1=x}'],
    ["map(array['a'], array[1.5e0])", '{a=1.5}'],
    ["array_join(array[1, NULL, 2], '-')", '1-2'],
    ["array_join(array[1, NULL, 2], '-', 'n')", '1-n-2'],
    ['transform(array[1, 2], x -> x * 10)', '[10, 20]'],
    ['filter(array[1, 2, 3], x -> x > 1)', '[2, 3]'],
    ['any_match(array[1, 2], x -> x = 2)', 'true'],
    ['sequence(1, 3)', '[1, 2, 3]'],
    ['slice(array[1, 2, 3], 2, 5)', '[2, 3]'],
    ['array_distinct(array[1, 1, 2])', '[1, 2]'],
    ['flatten(array[array[1], array[2, 3]])', '[1, 2, 3]'],
    ['1e7', '1.0E7'],
    ['123.456e0', '123.456'],
    ['1e-4', '1.0E-4'],
    ['0.001e0', '0.001'],
    ["x'6162'", '61 62'],
    ["timestamp '2026-01-01 00:00:00' < timestamp '2026-01-01 00:00:00.5'", 'true'],
    ['cast(row(1, 2) as row(a bigint, b double)).b', '2.0'],
  ])('%s is %s', async (expression, value) => {
    expect(await fixture.value(expression)).toBe(value);
  });
});

describe('aggregates and windows as Trino has them', () => {
  const t = `(VALUES (1, 'a', 10), (2, NULL, 20), (3, 'c', NULL)) AS t(n, s, v)`;
  it.each<[select: string, rows: (string | null)[][]]>([
    [`max_by(s, v), min_by(s, v) FROM ${t}`, [[NULL, 'a']]],
    [`sum(v), avg(v), count(v), count(*), count_if(n > 1) FROM ${t}`, [['30', '15.0', '2', '3', '2']]],
    [`sum(n) FROM ${t} WHERE n > 9`, [[NULL]]],
    [`array_agg(s ORDER BY n DESC) FROM ${t}`, [['[c, null, a]']]],
    [`count(*) FILTER (WHERE s IS NULL), count(DISTINCT n / 2) FROM ${t}`, [['1', '2']]],
    [`approx_distinct(n), approx_percentile(n, 0.5) FROM ${t}`, [['3', '2']]],
    [
      `n, last_value(s) IGNORE NULLS OVER (ORDER BY n) FROM ${t} ORDER BY 1`,
      [
        ['1', 'a'],
        ['2', 'a'],
        ['3', 'c'],
      ],
    ],
    [
      `n, lag(s, 1, 'none') OVER w, row_number() OVER w FROM ${t} WINDOW w AS (ORDER BY n) ORDER BY n`,
      [
        ['1', 'none', '1'],
        ['2', 'a', '2'],
        ['3', NULL, '3'],
      ],
    ],
    [
      `n, sum(v) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM ${t} ORDER BY n`,
      [
        ['1', '10'],
        ['2', '30'],
        ['3', '20'],
      ],
    ],
    [`s FROM ${t} ORDER BY s`, [['a'], ['c'], [NULL]]],
    [`s FROM ${t} ORDER BY s DESC`, [['c'], ['a'], [NULL]]],
    [`n % 2 AS odd, count(*) AS c FROM ${t} GROUP BY 1 HAVING count(*) > 1`, [['1', '2']]],
    [
      `n % 2, s, grouping(s), count(*) FROM ${t} GROUP BY GROUPING SETS ((n % 2), (s)) ORDER BY 3 DESC, 1, 2`,
      [
        ['0', NULL, '1', '1'],
        ['1', NULL, '1', '2'],
        [NULL, 'a', '0', '1'],
        [NULL, 'c', '0', '1'],
        [NULL, NULL, '0', '1'],
      ],
    ],
    [`DISTINCT n / 2 FROM ${t} ORDER BY n / 2`, [['0'], ['1']]],
    [
      `n, e, o FROM ${t} CROSS JOIN UNNEST(array[s, 'x']) WITH ORDINALITY AS u(e, o) WHERE n = 1 ORDER BY o`,
      [
        ['1', 'a', '1'],
        ['1', 'x', '2'],
      ],
    ],
    [
      `a.n, b.n FROM ${t.replace(' t(', ' a(')} LEFT JOIN ${t.replace(' t(', ' b(')} ON a.n = b.n + 1 ORDER BY 1`,
      [
        ['1', NULL],
        ['2', '1'],
        ['3', '2'],
      ],
    ],
    [
      `* FROM (SELECT 1 AS k, 2 AS a) x FULL JOIN (SELECT 3 AS k, 4 AS b) y USING (k) ORDER BY k`,
      [
        ['1', '2', NULL],
        ['3', NULL, '4'],
      ],
    ],
    [
      `n FROM ${t} WHERE n IN (SELECT max(n) FROM ${t}) OR EXISTS (SELECT 1 FROM ${t.replace(' t(', ' i(')} WHERE i.n = t.n AND i.v = 10) ORDER BY n`,
      [['1'], ['3']],
    ],
    [`x FROM (SELECT 1 AS x UNION ALL SELECT 2e0 UNION SELECT 2) ORDER BY x`, [['1.0'], ['2.0']]],
  ])('SELECT %s', async (select, rows) => {
    expect(await fixture.rows(`SELECT ${select}`)).toEqual(rows);
  });

  it('gives checksum the same for the same rows in any order, and eight bytes', async () => {
    const of = (values: string) => fixture.value(`to_hex(checksum(row(n, s))) FROM (VALUES ${values}) AS t(n, s)`);
    const forward = await of(`(1, 'a'), (2, 'b'), (2, 'b')`);
    expect(forward).toMatch(/^[0-9A-F]{16}$/);
    expect(await of(`(2, 'b'), (1, 'a'), (2, 'b')`)).toBe(forward);
    expect(await of(`(2, 'b'), (1, 'a')`)).not.toBe(forward);
  });

  it('runs VALUES without parentheses and nested WITH', async () => {
    expect(await fixture.rows('VALUES 1, 2')).toEqual([['1'], ['2']]);
    expect(
      await fixture.rows(
        'WITH a AS (WITH b AS (SELECT 1 AS x) SELECT x + 1 AS y FROM b), b(z) AS (SELECT y FROM a) SELECT a.y, b.z FROM a, b',
      ),
    ).toEqual([['2', '2']]);
  });
});
