import type { ListRecordsRequest } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { EncodedOutput } from '../wire/service.ts';
import { unknownGroup, validationError } from './runtime-errors.ts';
import type { RuntimeParts } from './runtime-service.ts';

const MOST_RESULTS = 100;
const LONGEST_TOKEN = 8192;

/** Pages in the byte order of the ids; the token holds the last id of the page before. */
export function createListRecords({ groups, online }: Pick<RuntimeParts, 'groups' | 'online'>) {
  return ({
    FeatureGroupName,
    MaxResults = MOST_RESULTS,
    NextToken,
    IncludeSoftDeletedRecords = false,
  }: ListRecordsRequest): EncodedOutput => {
    const { group } = groups.resolve(FeatureGroupName as string, unknownGroup);
    if (!group.online) throw validationError(`Validation Error: FeatureGroup ${group.name} has no OnlineStore.`);
    if (!Number.isInteger(MaxResults) || MaxResults < 1 || MaxResults > MOST_RESULTS)
      throw validationError(`Validation Error: MaxResults must be 1 to ${MOST_RESULTS}.`);
    const ids = online.listIds(
      group.id,
      NextToken === undefined ? '' : parseToken(NextToken),
      MaxResults + 1,
      IncludeSoftDeletedRecords,
    );
    const page = ids.slice(0, MaxResults);
    const more = ids.length > MaxResults ? { NextToken: printToken(page.at(-1) as string) } : {};
    return new EncodedOutput(JSON.stringify({ RecordIdentifiers: page, ...more }));
  };
}

const printToken = (recordId: string) => Buffer.from(`after:${recordId}`).toString('base64url');

function parseToken(token: string): string {
  const text = token.length <= LONGEST_TOKEN ? Buffer.from(token, 'base64url').toString('utf8') : '';
  if (!text.startsWith('after:')) throw validationError('Validation Error: NextToken is not one that ListRecords gave.');
  return text.slice('after:'.length);
}
