/** StartQueryExecution's checks: what Athena refuses before there is an execution. */
import { randomUUID } from 'node:crypto';
import type { StartQueryExecutionInput } from '@aws-sdk/client-athena';
import { AwsError } from '../wire/aws-error.ts';
import { bindParameters } from './bind-parameters.ts';
import type { Execution } from './run/executions.ts';
import { statementKind } from './run/run-statement.ts';
import { asFolder, parseS3Uri } from './scan/s3-uri.ts';
import { parseStatement, type Statement } from './sql/parse-statement.ts';
import { MalformedQuery, QueryError } from './sql/query-error.ts';
import type { WorkGroups } from './work-groups.ts';

export const invalidRequest = (message: string) => new AwsError('InvalidRequestException', message);

const REFUSED = ['ResultReuseConfiguration', 'EngineConfiguration'] as const;
const LONGEST_QUERY = 262_144;

/** Text that is no statement is refused here; a statement that this engine does not run fails as an execution. */
function parsed(text: string, parameters: readonly string[] | undefined): Statement | undefined {
  try {
    return parseStatement(bindParameters(text, parameters));
  } catch (error) {
    if (error instanceof MalformedQuery) throw invalidRequest(error.message.replace('SYNTAX_ERROR: ', ''));
    if (error instanceof QueryError) return undefined;
    throw error;
  }
}

export function newExecution(
  input: StartQueryExecutionInput,
  nowMs: number,
  workGroups: Pick<WorkGroups, 'find'>,
  role?: string,
): Execution {
  const text = input.QueryString ?? '';
  const parameters = input.ExecutionParameters?.length ? input.ExecutionParameters : undefined;
  if (text.trim() === '') throw invalidRequest('QueryString is empty');
  if (Buffer.byteLength(text) > LONGEST_QUERY) throw invalidRequest(`QueryString is longer than ${LONGEST_QUERY} bytes`);
  const refused = REFUSED.find((member) => {
    const value = input[member] as unknown;
    const reuse =
      member === 'ResultReuseConfiguration' && !input.ResultReuseConfiguration?.ResultReuseByAgeConfiguration?.Enabled;
    return value !== undefined && !reuse;
  });
  if (refused) throw invalidRequest(`${refused} is not supported by this engine`);
  const workGroup = workGroups.find(input.WorkGroup ?? 'primary');
  if (workGroup === undefined) throw invalidRequest(`WorkGroup ${input.WorkGroup} is not found.`);
  const catalog = input.QueryExecutionContext?.Catalog ?? 'AwsDataCatalog';
  if (catalog.toLowerCase() !== 'awsdatacatalog')
    throw invalidRequest(`Catalog ${catalog} is not found: the only one is AwsDataCatalog`);
  const output = workGroup.outputLocation ?? input.ResultConfiguration?.OutputLocation;
  if (!output)
    throw invalidRequest(
      'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.',
    );
  const location = parseS3Uri(output);
  if (!location) throw invalidRequest('outputLocation is not a valid S3 path.');
  const outputFolder = `s3://${location.bucket}/${asFolder(location.key)}`;
  const { statementType, substatementType, suffix } = statementKind(parsed(text, parameters));
  const id = randomUUID();
  return {
    id,
    query: text,
    ...(parameters !== undefined && { parameters }),
    // awswrangler sends it in backticks, and Athena takes that.
    database: (input.QueryExecutionContext?.Database ?? 'default').replaceAll('`', ''),
    catalog,
    outputFolder,
    workGroup: workGroup.name,
    ...(role === undefined ? {} : { role }),
    statementType,
    substatementType,
    submittedMs: nowMs,
    outputLocation: `${outputFolder}${id}${suffix}`,
    state: 'QUEUED',
  };
}

/** Whether a repeated token asks for the same query. */
export const isSameRequest = (a: Execution, b: Execution) =>
  a.query === b.query &&
  JSON.stringify(a.parameters) === JSON.stringify(b.parameters) &&
  a.database === b.database &&
  a.outputFolder === b.outputFolder;
