import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AthenaFixture, BUCKET, createAthenaFixture, fileText } from './athena-fixture.ts';

let fixture: AthenaFixture;
beforeEach(async () => {
  fixture = await createAthenaFixture();
});
afterEach(() => fixture.stop());

const OUTPUT = { OutputLocation: `s3://${BUCKET}/results` };
const start = async (QueryString: string, more = {}) =>
  (await fixture.call('StartQueryExecution', { QueryString, ResultConfiguration: OUTPUT, ...more })).QueryExecutionId as string;
const get = async (QueryExecutionId: string) =>
  (await fixture.call('GetQueryExecution', { QueryExecutionId })).QueryExecution as Record<string, never>;
const SLOW = `SELECT count(*) FROM UNNEST(sequence(1, 100000)) AS a(x) CROSS JOIN UNNEST(sequence(1, 100000)) AS b(y) WHERE (x * y) % 7 = 3`;

async function until(test: () => Promise<boolean>): Promise<void> {
  while (!(await test())) await new Promise((resolve) => setImmediate(resolve));
}

describe('executions', () => {
  it('leave a CSV as Athena writes it: all quoted, NULL empty, at the location that is told', async () => {
    const execution = await fixture.execute(`SELECT 'a"b' AS "x", NULL AS n, '' AS e, 1.5e0 AS d, true AS b, 'l1\nl2' AS l, 3`);
    expect(execution.ResultConfiguration?.OutputLocation).toBe(`s3://${BUCKET}/results/${execution.QueryExecutionId}.csv`);
    expect(fileText(fixture, `results/${execution.QueryExecutionId}.csv`)).toBe(
      '"x","n","e","d","b","l","_col6"\n"a""b",,"","1.5","true","l1\nl2","3"\n',
    );
    const { ResultSet } = (await fixture.call('GetQueryResults', { QueryExecutionId: execution.QueryExecutionId })) as never as {
      ResultSet: { Rows: { Data: unknown[] }[]; ResultSetMetadata: { ColumnInfo: { Name: string; Type: string }[] } };
    };
    expect(ResultSet.Rows[1]?.Data).toEqual([
      { VarCharValue: 'a"b' },
      {},
      { VarCharValue: '' },
      { VarCharValue: '1.5' },
      { VarCharValue: 'true' },
      { VarCharValue: 'l1\nl2' },
      { VarCharValue: '3' },
    ]);
    expect(ResultSet.ResultSetMetadata.ColumnInfo.map(({ Name, Type }) => `${Name} ${Type}`)).toEqual([
      'x varchar',
      'n unknown',
      'e varchar',
      'd double',
      'b boolean',
      'l varchar',
      '_col6 integer',
    ]);
  });

  it('write the header of a result without rows', async () => {
    const { QueryExecutionId } = await fixture.execute('SELECT 1 AS a, 2 AS a WHERE false');
    expect(fileText(fixture, `results/${QueryExecutionId}.csv`)).toBe('"a","a"\n');
  });

  it('are read in pages, the header first', async () => {
    const { QueryExecutionId } = await fixture.execute(
      "SELECT x, CAST(x AS varchar) || ',é\"' AS s FROM UNNEST(sequence(1, 2500)) AS t(x) ORDER BY x",
    );
    const sizes: number[] = [];
    const firsts: unknown[] = [];
    let NextToken: string | undefined;
    do {
      const page = (await fixture.call('GetQueryResults', { QueryExecutionId, NextToken })) as {
        NextToken?: string;
        ResultSet: { Rows: { Data: { VarCharValue: string }[] }[] };
      };
      sizes.push(page.ResultSet.Rows.length);
      firsts.push(page.ResultSet.Rows[0]?.Data[1]?.VarCharValue);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(sizes).toEqual([1000, 1000, 501]);
    expect(firsts).toEqual(['s', '1000,é"', '2000,é"']);
  });

  it('are started once for one token, which stands for one query', async () => {
    const ClientRequestToken = 'token-of-at-least-thirty-two-characters';
    const id = await start('SELECT 1', { ClientRequestToken });
    expect(await start('SELECT 1', { ClientRequestToken })).toBe(id);
    await expect(start('SELECT 2', { ClientRequestToken })).rejects.toMatchObject({
      code: 'InvalidRequestException',
      message: 'Idempotent parameters do not match',
    });
  });

  it('stop when they are told to, and stay cancelled', async () => {
    const id = await start(SLOW);
    await until(async () => ((await get(id)) as never as { Status: { State: string } }).Status.State === 'RUNNING');
    await fixture.call('StopQueryExecution', { QueryExecutionId: id });
    expect((await get(id)).Status).toMatchObject({ State: 'CANCELLED' });
    await expect(fixture.call('GetQueryResults', { QueryExecutionId: id })).rejects.toMatchObject({
      message: 'Query did not finish successfully. Final query state: CANCELLED',
    });
    expect(await fixture.value('1')).toBe('1');
    expect((await get(id)).Status).toMatchObject({ State: 'CANCELLED' });
  });

  it('wait their turn, and are FAILED with a reason when the engine comes back without them', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => start(SLOW)));
    await expect(fixture.call('GetQueryResults', { QueryExecutionId: ids[4] })).rejects.toMatchObject({
      message: 'Query has not yet finished. Current state: QUEUED',
    });
    await fixture.restart();
    for (const id of ids) {
      expect((await get(id)).Status).toMatchObject({
        State: 'FAILED',
        StateChangeReason: expect.stringContaining('stopped while the query ran'),
      });
    }
    expect((await fixture.call('ListQueryExecutions', { MaxResults: 2 })).QueryExecutionIds).toEqual([ids[4], ids[3]]);
    expect(await fixture.value('1')).toBe('1');
  });

  it.each([
    { why: 'no output location', input: { ResultConfiguration: {} }, message: /^No output location provided/ },
    {
      why: 'an output location elsewhere',
      input: { ResultConfiguration: { OutputLocation: '/tmp' } },
      message: /^outputLocation is not a valid S3 path/,
    },
    { why: 'another workgroup', input: { WorkGroup: 'team' }, message: /^WorkGroup team is not found/ },
    { why: 'another catalogue', input: { QueryExecutionContext: { Catalog: 'mysql' } }, message: /^Catalog mysql is not found/ },
    {
      why: 'an engine configuration',
      input: { EngineConfiguration: { MaxConcurrentDpus: 4 } },
      message: /^EngineConfiguration is not supported/,
    },
  ])('are refused with $why', async ({ input, message }) => {
    await expect(start('SELECT 1', input)).rejects.toMatchObject({
      code: 'InvalidRequestException',
      message: expect.stringMatching(message),
    });
  });

  it('take parameters, tell them, and fail when there are too few or too many', async () => {
    const run = async (QueryString: string, ExecutionParameters?: string[]) => {
      const id = await start(QueryString, { ExecutionParameters });
      await until(
        async () => !['QUEUED', 'RUNNING'].includes(((await get(id)) as never as { Status: { State: string } }).Status.State),
      );
      return get(id) as never as Promise<{
        QueryExecutionId: string;
        Query: string;
        ExecutionParameters?: string[];
        Status: object;
      }>;
    };
    const query = "SELECT ? || '?' AS a, 5 - ? AS b -- ?\nLIMIT ?";
    const done = await run(query, ["'it''s'", '-1', '1']);
    expect(done).toMatchObject({ Query: query, ExecutionParameters: ["'it''s'", '-1', '1'], Status: { State: 'SUCCEEDED' } });
    expect(fileText(fixture, `results/${done.QueryExecutionId}.csv`)).toBe('"a","b"\n"it\'s?","6"\n');
    const few = 'INVALID_PARAMETER_USAGE: line 1:1: Incorrect number of parameters: expected 1 but found';
    expect((await run('SELECT ?')).Status).toMatchObject({ State: 'FAILED', StateChangeReason: `${few} 0` });
    expect((await run('SELECT ?', ['1', '2'])).Status).toMatchObject({ State: 'FAILED', StateChangeReason: `${few} 2` });
  });

  it('run in a database that is named in backticks', async () => {
    const id = await start('SHOW TABLES', { QueryExecutionContext: { Database: '`default`' } });
    await until(async () => ((await get(id)) as never as { Status: { State: string } }).Status.State === 'SUCCEEDED');
  });

  it('are told many at once, and which of them are unknown', async () => {
    const { QueryExecutionId: id } = await fixture.execute('SELECT 1');
    expect(await fixture.call('BatchGetQueryExecution', { QueryExecutionIds: ['nope', id] })).toMatchObject({
      QueryExecutions: [{ QueryExecutionId: id, Query: 'SELECT 1' }],
      UnprocessedQueryExecutionIds: [{ QueryExecutionId: 'nope' }],
    });
    await expect(fixture.call('BatchGetQueryExecution', { QueryExecutionIds: [] })).rejects.toMatchObject({
      code: 'InvalidRequestException',
    });
  });

  it('fail with a reason when their result cannot be written', async () => {
    fixture.buckets.adopt = () => Promise.reject(new Error('no such bucket'));
    const { Status } = await fixture.execute('SELECT 1');
    expect(Status).toMatchObject({ State: 'FAILED', AthenaError: { ErrorCategory: 1 } });
  });

  it('tell the workgroup that clients ask for', async () => {
    expect(await fixture.call('GetWorkGroup', { WorkGroup: 'primary' })).toMatchObject({
      WorkGroup: { Name: 'primary', State: 'ENABLED', Configuration: { EnforceWorkGroupConfiguration: false } },
    });
    await expect(fixture.call('GetWorkGroup', { WorkGroup: 'other' })).rejects.toMatchObject({ code: 'InvalidRequestException' });
    await expect(get('nope')).rejects.toMatchObject({ message: 'QueryExecution nope was not found' });
  });

  it('of a workgroup that is deployed leave their results where that says, whatever the client asks for', async () => {
    const outputLocation = `s3://${BUCKET}/enforced/`;
    fixture.athena.workGroups.deploy([{ name: 'ours', outputLocation }]);
    const id = await start('SELECT 1', { WorkGroup: 'ours' });
    expect(await get(id)).toMatchObject({
      WorkGroup: 'ours',
      ResultConfiguration: { OutputLocation: `s3://${BUCKET}/enforced/${id}.csv` },
    });
    expect(await fixture.call('GetWorkGroup', { WorkGroup: 'ours' })).toMatchObject({
      WorkGroup: {
        Configuration: { EnforceWorkGroupConfiguration: true, ResultConfiguration: { OutputLocation: outputLocation } },
      },
    });
    fixture.athena.workGroups.deploy([]);
    await expect(start('SELECT 1', { WorkGroup: 'ours' })).rejects.toMatchObject({ message: 'WorkGroup ours is not found.' });
  });
});
