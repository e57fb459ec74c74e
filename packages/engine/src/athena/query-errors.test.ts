import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AthenaFixture, createAthenaFixture } from './athena-fixture.ts';

let fixture: AthenaFixture;
beforeAll(async () => {
  fixture = await createAthenaFixture();
  await fixture.parquet('t/a.parquet', `SELECT 1::BIGINT AS n, 'secret' AS s`);
  fixture.table('t', 't', { n: 'bigint', s: 'string' });
});
afterAll(() => fixture.stop());

describe('failures in Athena’s words', () => {
  it.each<[query: string, reason: string]>([
    ['SELECT * FROM nope', `TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.default.nope' does not exist`],
    ['SELECT * FROM nodb.t', `SCHEMA_NOT_FOUND: line 1:15: Schema 'nodb' does not exist`],
    [
      'SELECT n,\n  foo FROM t',
      `COLUMN_NOT_FOUND: line 2:3: Column 'foo' cannot be resolved or requester is not authorized to access requested resources`,
    ],
    [
      'SELECT n AS x FROM t WHERE x = 1',
      `COLUMN_NOT_FOUND: line 1:28: Column 'x' cannot be resolved or requester is not authorized to access requested resources`,
    ],
    ['SELECT a.n FROM t a, t b WHERE n = 1', `AMBIGUOUS_NAME: line 1:32: Column 'n' is ambiguous`],
    [`SELECT s < 9 FROM t`, 'TYPE_MISMATCH: line 1:10: Cannot apply operator: varchar < integer'],
    [`SELECT n + 'a' FROM t`, 'TYPE_MISMATCH: line 1:10: Cannot apply operator: bigint + varchar'],
    [`SELECT coalesce(1, 'a')`, 'TYPE_MISMATCH: line 1:8: All arguments of coalesce must be the same type: integer, varchar'],
    [`SELECT date '2026-01-01' = '2026-01-01'`, 'TYPE_MISMATCH: line 1:26: Cannot apply operator: date = varchar'],
    ['SELECT lower(1)', 'FUNCTION_NOT_FOUND: line 1:8: Unexpected parameters (integer) for function lower'],
    [
      'SELECT geometric_mode(1)',
      `FUNCTION_NOT_FOUND: line 1:8: Function 'geometric_mode' not registered, or not run by this engine`,
    ],
    [
      'SELECT read_text(s) FROM t',
      `FUNCTION_NOT_FOUND: line 1:8: Function 'read_text' not registered, or not run by this engine`,
    ],
    ['SELECT 1 / 0', 'DIVISION_BY_ZERO: Division by zero'],
    ['SELECT n % (n - 1) FROM t', 'DIVISION_BY_ZERO: Division by zero'],
    ['SELECT cast(s AS bigint) FROM t', 'INVALID_CAST_ARGUMENT: Cannot cast a value to the wanted type'],
    ['SELECT 2147483647 + 1', 'NUMERIC_VALUE_OUT_OF_RANGE: A number is out of the range of its type'],
    ['SELECT array[1][2]', 'SUBSCRIPT_OUT_OF_RANGE: Array subscript out of bounds, or key not present in map'],
    [
      'SELECT n, count(*) FROM t',
      'EXPRESSION_NOT_AGGREGATE: A selected expression must be an aggregate expression or appear in GROUP BY clause',
    ],
    ['SELECT row_number() FROM t', 'MISSING_OVER: line 1:8: Window function row_number requires OVER clause'],
    ['SELECT 1 UNION SELECT 1, 2', 'TYPE_MISMATCH: line 1:10: UNION query has different number of fields: 1, 2'],
    ['SELECT n FROM t ORDER BY 2', 'INVALID_COLUMN_REFERENCE: line 1:26: ORDER BY position 2 is not in select list'],
    [
      `SELECT from_iso8601_timestamp('2026-01-01T02:00:00+02:00')`,
      'NOT_SUPPORTED: The text of a time has an offset other than UTC, which Trino would keep; this engine does not: take to_unixtime(…) or compare it directly',
    ],
    ['SELECT * FROM t TABLESAMPLE BERNOULLI (10)', 'NOT_SUPPORTED: line 1:17: TABLESAMPLE is not run by this engine'],
    ['INSERT INTO t SELECT 1', 'NOT_SUPPORTED: line 1:1: INSERT is not run by this engine'],
    ['CREATE VIEW v AS SELECT 1', 'NOT_SUPPORTED: line 1:8: CREATE VIEW is not run by this engine'],
    ['WITH RECURSIVE a AS (SELECT 1) SELECT * FROM a', 'NOT_SUPPORTED: line 1:6: WITH RECURSIVE is not run by this engine'],
    [`SELECT * FROM read_csv('/etc/passwd')`, 'NOT_SUPPORTED: line 1:15: The table function read_csv is not run by this engine'],
    [`SELECT n > ALL (SELECT 1) FROM t`, 'NOT_SUPPORTED: line 1:10: A quantified comparison is not run by this engine'],
    ['SELECT avg(1.5)', 'NOT_SUPPORTED: line 1:8: avg of a decimal (cast it to double) is not run by this engine'],
    ["SELECT regexp_like(s, '(?=x)') FROM t", 'NOT_SUPPORTED: This regular expression is not run by this engine'],
  ])('%s', async (query, reason) => {
    const execution = await fixture.execute(query);
    expect(execution.Status).toMatchObject({
      State: 'FAILED',
      StateChangeReason: reason,
      AthenaError: { ErrorCategory: 2, Retryable: false },
    });
  });

  it.each<[query: string, message: string]>([
    ['SELEC 1', "line 1:1: mismatched input 'selec'."],
    ['SELECT 1 FROM', "line 1:14: mismatched input '<EOF>'. Expecting: <identifier>"],
    ['SELECT 1 2', "line 1:10: mismatched input '2'. Expecting: <EOF>"],
    ['SELECT n::varchar FROM t', "line 1:9: mismatched input ':'. Expecting: <EOF>"],
    ["SELECT 'x", "line 1:8: mismatched input '''"],
    ['SELECT * EXCLUDE (n) FROM t', "line 1:10: mismatched input 'exclude'. Expecting: <EOF>"],
    ['', 'QueryString is empty'],
  ])('refuses %s at once', async (QueryString, message) => {
    const started = fixture.call('StartQueryExecution', {
      QueryString,
      ResultConfiguration: { OutputLocation: 's3://lake/results/' },
    });
    await expect(started).rejects.toMatchObject({ code: 'InvalidRequestException', message: expect.stringContaining(message) });
  });

  it('tells no value of a row in any reason', async () => {
    for (const query of [
      'SELECT cast(s AS bigint) FROM t',
      'SELECT cast(s AS date) FROM t',
      'SELECT cast(s AS double) FROM t',
      "SELECT date_parse(s, '%Y') FROM t",
      'SELECT from_iso8601_timestamp(s) FROM t',
    ]) {
      const { Status } = await fixture.execute(query);
      expect(Status?.State).toBe('FAILED');
      expect(Status?.StateChangeReason).not.toContain('secret');
    }
  });
});
