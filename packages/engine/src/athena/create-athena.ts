/**
 * Amazon Athena, engine version 3, on DuckDB: Trino's SQL is parsed, typed and lowered here; DuckDB reads the S3 objects' files.
 *
 * Gaps: INSERT, views, ALTER, EXPLAIN, PREPARE, TABLESAMPLE, MATCH_RECOGNIZE, time travel, reduce and zip, decimals of more than 38 digits,
 *   ORC and Avro, and every function that is not in `lower/functions-*.ts`: the execution is FAILED as NOT_SUPPORTED or
 *   FUNCTION_NOT_FOUND, naming the construct, before anything is written. ResultReuse answers
 *   InvalidRequestException; workgroups come from the deployment alone, with an enforced result location. There is no `.metadata` object. Iceberg tables are read as the Parquet below `data/`, whatever their metadata say: no time travel, no pruning, no DELETE.
 * Differences by design: approx_distinct and approx_percentile are exact; checksum and the order of rows differ from Athena's numbers
 *   and order; max, min, greatest and least take NaN as the greatest; DataScannedInBytes counts whole files; UNLOAD writes Parquet timestamps
 *   as INT64; regular expressions are RE2's; a common table expression is evaluated once; error texts show no values. Of a time with an
 *   offset in its text only the instant is kept: what would show the offset fails. A -0 in a Parquet file that UNLOAD writes may be 0: DuckDB's dictionaries take the two for one value.
 * Client quirks: awswrangler asks GetWorkGroup first, reads DataManifestLocation, and quotes the context's database with backticks; the SageMaker SDK reads the whole CSV and wants
 *   OutputLocation to be its full path; a Step Functions task polls until the state is final.
 */
import * as athena from '@aws-sdk/client-athena';
import type { EngineContext } from '../engine-context.ts';
import type { Glue } from '../glue/create-glue.ts';
import { type Access, openAccess } from '../iam/access.ts';
import { guardBuckets } from '../iam/guard-buckets.ts';
import type { Principal } from '../iam/principal.ts';
import type { Buckets, Queries, QueryOutcome } from '../ports.ts';
import { operation, type Service } from '../wire/service.ts';
import { catalogueOperations } from './catalogue-operations.ts';
import { executionAnswer } from './execution-answer.ts';
import { resultPage } from './query-results.ts';
import { createExecutions, type Execution, isOver } from './run/executions.ts';
import { createQueryRunner } from './run/query-runner.ts';
import { parseS3Uri } from './scan/s3-uri.ts';
import { invalidRequest, isSameRequest, newExecution } from './start-query.ts';
import { createWorkGroups, type WorkGroups } from './work-groups.ts';

export interface Athena {
  readonly service: Service;
  readonly queries: Queries;
  readonly workGroups: WorkGroups;
  workGroupOf(queryExecutionId: string): string | undefined;
  stop(): Promise<void>;
}

export function createAthena(
  context: EngineContext,
  parts: { readonly buckets: Buckets; readonly glue: Glue; readonly access?: Access },
): Athena {
  const { buckets, glue, access = openAccess } = parts;
  const executions = createExecutions(context.dataDir, context.clock.nowMs);
  const workGroups = createWorkGroups();
  const runner = createQueryRunner(context, { buckets, glue: glue.tables, executions, access });
  glue.catalogue.ensureDatabase('default');

  const existing = (id: string | undefined): Execution => {
    const execution = id === undefined ? undefined : executions.get(id);
    if (!execution) throw invalidRequest(`QueryExecution ${id ?? ''} was not found`);
    return execution;
  };

  function start(input: athena.StartQueryExecutionInput, role: string | undefined): string {
    const token = input.ClientRequestToken;
    const execution = newExecution(input, context.clock.nowMs(), workGroups, role);
    const earlier = token === undefined ? undefined : executions.byToken(token);
    if (earlier && !isSameRequest(earlier, execution)) throw invalidRequest('Idempotent parameters do not match');
    if (earlier) return earlier.id;
    executions.create(execution, token);
    runner.submit(execution);
    return execution.id;
  }

  async function results(
    input: athena.GetQueryResultsInput,
    principal: Principal | undefined,
  ): Promise<athena.GetQueryResultsOutput> {
    const execution = existing(input.QueryExecutionId);
    if (!isOver(execution.state)) throw invalidRequest(`Query has not yet finished. Current state: ${execution.state}`);
    if (execution.state !== 'SUCCEEDED')
      throw invalidRequest(`Query did not finish successfully. Final query state: ${execution.state}`);
    const columns = execution.columns ?? [];
    const ColumnInfo = columns.map(({ name, type }) => ({
      CatalogName: 'hive',
      SchemaName: '',
      TableName: '',
      Name: name,
      Label: name,
      Type: type,
      Precision: 0,
      Scale: 0,
      Nullable: 'UNKNOWN' as const,
      CaseSensitive: type === 'varchar',
    }));
    const empty = { UpdateCount: 0, ResultSet: { Rows: [], ResultSetMetadata: { ColumnInfo } } };
    if (execution.resultFormat === undefined) return empty;
    const location = parseS3Uri(execution.outputLocation);
    const own = guardBuckets(buckets, access, principal, 'athena.GetQueryResults');
    const object = location && own.head(location.bucket, location.key);
    if (!object) throw invalidRequest(`Could not find results for query execution ${execution.id}`);
    const offset = input.NextToken === undefined ? 0 : Number(input.NextToken);
    if (!Number.isSafeInteger(offset) || offset < 0) throw invalidRequest('NextToken was not given by GetQueryResults');
    const count = input.MaxResults ?? 1000;
    if (count < 1 || count > 1000) throw invalidRequest('MaxResults is more than maximum allowed length 1000.');
    const page = await resultPage(execution, object.file, object.sizeBytes, offset, count);
    const Rows = page.rows.map((row) => ({ Data: row.map((cell) => (cell === null ? {} : { VarCharValue: cell })) }));
    return {
      UpdateCount: 0,
      ResultSet: { Rows, ResultSetMetadata: { ColumnInfo } },
      ...(page.next !== undefined && { NextToken: String(page.next) }),
    };
  }

  const operations: Service['operations'] = {
    StartQueryExecution: operation<athena.StartQueryExecutionInput, athena.StartQueryExecutionOutput>(
      athena.StartQueryExecution$,
      (input, { principal }) => ({ QueryExecutionId: start(input, principal?.role) }),
    ),
    GetQueryExecution: operation<athena.GetQueryExecutionInput, athena.GetQueryExecutionOutput>(
      athena.GetQueryExecution$,
      ({ QueryExecutionId }) => ({
        QueryExecution: executionAnswer(existing(QueryExecutionId)),
      }),
    ),
    BatchGetQueryExecution: operation<athena.BatchGetQueryExecutionInput, athena.BatchGetQueryExecutionOutput>(
      athena.BatchGetQueryExecution$,
      ({ QueryExecutionIds = [] }) => {
        if (QueryExecutionIds.length < 1 || QueryExecutionIds.length > 50)
          throw invalidRequest('QueryExecutionIds must hold 1 to 50 ids');
        const found = QueryExecutionIds.map((id) => [id, executions.get(id)] as const);
        return {
          QueryExecutions: found.flatMap(([, execution]) => (execution ? [executionAnswer(execution)] : [])),
          UnprocessedQueryExecutionIds: found.flatMap(([id, execution]) =>
            execution
              ? []
              : [{ QueryExecutionId: id, ErrorCode: 'QUERY_NOT_FOUND', ErrorMessage: `QueryExecution ${id} was not found` }],
          ),
        };
      },
    ),
    GetQueryResults: operation<athena.GetQueryResultsInput, athena.GetQueryResultsOutput>(
      athena.GetQueryResults$,
      (input, { principal }) => results(input, principal),
    ),
    StopQueryExecution: operation<athena.StopQueryExecutionInput, athena.StopQueryExecutionOutput>(
      athena.StopQueryExecution$,
      ({ QueryExecutionId }) => {
        runner.cancel(existing(QueryExecutionId).id);
        return {};
      },
    ),
    ListQueryExecutions: operation<athena.ListQueryExecutionsInput, athena.ListQueryExecutionsOutput>(
      athena.ListQueryExecutions$,
      (input) => {
        const [offset, count] = [Number(input.NextToken ?? 0), input.MaxResults ?? 50];
        if (!Number.isSafeInteger(offset) || offset < 0) throw invalidRequest('NextToken was not given by ListQueryExecutions');
        const ids = executions.ids(offset, count + 1);
        return { QueryExecutionIds: ids.slice(0, count), ...(ids.length > count && { NextToken: String(offset + count) }) };
      },
    ),
    GetWorkGroup: operation<athena.GetWorkGroupInput, athena.GetWorkGroupOutput>(athena.GetWorkGroup$, ({ WorkGroup }) => {
      const found = workGroups.find(WorkGroup ?? '');
      if (found === undefined) throw invalidRequest(`WorkGroup ${WorkGroup ?? ''} is not found.`);
      const version = 'Athena engine version 3';
      const Configuration = {
        EnforceWorkGroupConfiguration: found.outputLocation !== undefined,
        PublishCloudWatchMetricsEnabled: false,
        RequesterPaysEnabled: false,
        ResultConfiguration: found.outputLocation === undefined ? {} : { OutputLocation: found.outputLocation },
        EngineVersion: { SelectedEngineVersion: version, EffectiveEngineVersion: version },
      };
      return { WorkGroup: { Name: found.name, State: 'ENABLED', Description: '', Configuration } };
    }),
    ...catalogueOperations(glue.tables, context.account),
  };

  return {
    workGroups,
    service: { name: 'athena', protocol: 'awsJson1_1', targetPrefix: 'AmazonAthena', operations },
    queries: {
      async run(input, roleArn) {
        const role = access.byRole(roleArn, 'StepFunctions')?.role;
        const id = start(input as athena.StartQueryExecutionInput, role);
        await runner.ended(id);
        const execution = existing(id);
        const outcome: QueryOutcome = {
          queryExecutionId: id,
          state: execution.state as QueryOutcome['state'],
          ...(execution.reason !== undefined && { stateChangeReason: execution.reason }),
        };
        return { QueryExecution: executionAnswer(execution) as Record<string, unknown>, ...outcome };
      },
    },
    workGroupOf: (id) => executions.get(id)?.workGroup,
    async stop() {
      await runner.stop();
      executions.close();
    },
  };
}
