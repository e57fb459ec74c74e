import type { FeatureGroupSummary, ListFeatureGroupsRequest } from '@aws-sdk/client-sagemaker';
import type { EngineContext } from '../engine-context.ts';
import { validationException } from './control-plane-errors.ts';
import { statusOf } from './feature-group.ts';
import type { FeatureGroupRegistry } from './feature-group-registry.ts';

const MOST_RESULTS = 100;
const sortKeys = {
  Name: (summary: FeatureGroupSummary) => summary.FeatureGroupName as string,
  FeatureGroupStatus: (summary: FeatureGroupSummary) => summary.FeatureGroupStatus as string,
  OfflineStoreStatus: (summary: FeatureGroupSummary) => summary.OfflineStoreStatus?.Status ?? '',
  CreationTime: (summary: FeatureGroupSummary) => (summary.CreationTime as Date).getTime(),
};

/** Newest first unless asked otherwise. The token is the number of groups already given. */
export function createListFeatureGroups({ clock }: EngineContext, registry: FeatureGroupRegistry) {
  return (request: ListFeatureGroupsRequest): { FeatureGroupSummaries: FeatureGroupSummary[]; NextToken?: string } => {
    const { MaxResults = MOST_RESULTS, NextToken = '0', SortBy = 'CreationTime', SortOrder = 'Descending' } = request;
    if (!Number.isInteger(MaxResults) || MaxResults < 1 || MaxResults > MOST_RESULTS)
      throw validationException(`Validation Error: MaxResults must be 1 to ${MOST_RESULTS}.`);
    if (!/^\d{1,9}$/.test(NextToken))
      throw validationException('Validation Error: NextToken is not one that ListFeatureGroups gave.');
    if (!Object.hasOwn(sortKeys, SortBy))
      throw validationException(`Validation Error: SortBy takes ${Object.keys(sortKeys).join(', ')}.`);
    if (SortOrder !== 'Ascending' && SortOrder !== 'Descending')
      throw validationException('Validation Error: SortOrder takes Ascending or Descending.');
    const nowMs = clock.nowMs();
    const found = registry
      .list()
      .map(
        (group): FeatureGroupSummary => ({
          FeatureGroupName: group.name,
          FeatureGroupArn: group.arn,
          CreationTime: new Date(group.createdMs),
          FeatureGroupStatus: statusOf(group, nowMs),
          ...(group.offline ? { OfflineStoreStatus: { Status: 'Active' as const } } : {}),
        }),
      )
      .filter((summary) => matches(summary, request));
    const keyOf = sortKeys[SortBy as keyof typeof sortKeys];
    const sign = SortOrder === 'Ascending' ? 1 : -1;
    found.sort((a, b) => sign * (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0));
    const start = Number(NextToken);
    const end = start + MaxResults;
    return { FeatureGroupSummaries: found.slice(start, end), ...(end < found.length ? { NextToken: String(end) } : {}) };
  };
}

function matches(summary: FeatureGroupSummary, request: ListFeatureGroupsRequest): boolean {
  const created = (summary.CreationTime as Date).getTime();
  return (
    (request.NameContains === undefined || (summary.FeatureGroupName as string).includes(request.NameContains)) &&
    (request.FeatureGroupStatusEquals === undefined || summary.FeatureGroupStatus === request.FeatureGroupStatusEquals) &&
    (request.OfflineStoreStatusEquals === undefined || summary.OfflineStoreStatus?.Status === request.OfflineStoreStatusEquals) &&
    (request.CreationTimeAfter === undefined || created >= request.CreationTimeAfter.getTime()) &&
    (request.CreationTimeBefore === undefined || created <= request.CreationTimeBefore.getTime())
  );
}
