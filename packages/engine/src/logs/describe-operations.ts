import type {
  DescribeLogGroupsRequest,
  DescribeLogGroupsResponse,
  DescribeLogStreamsRequest,
  DescribeLogStreamsResponse,
} from '@aws-sdk/client-cloudwatch-logs';
import type { EngineContext } from '../engine-context.ts';
import type { LogStore } from './log-store.ts';
import { invalid, limitOf, logGroupArn, pageOf, requireGroup } from './requests.ts';

const MOST = 50;

export function describeLogGroups(
  context: EngineContext,
  store: LogStore,
  { logGroupNamePrefix = '', logGroupNamePattern, logGroupClass, nextToken, limit }: DescribeLogGroupsRequest,
): DescribeLogGroupsResponse {
  if (logGroupNamePattern !== undefined) throw invalid('The engine does not know logGroupNamePattern: use logGroupNamePrefix.');
  const found = (logGroupClass ?? 'STANDARD') === 'STANDARD' ? store.groups(logGroupNamePrefix) : [];
  const { page, ...next } = pageOf(found, nextToken, limitOf(limit, MOST));
  return {
    logGroups: page.map(({ name, retentionDays, createdMs }) => ({
      logGroupName: name,
      creationTime: createdMs,
      arn: `${logGroupArn(context, name)}:*`,
      logGroupArn: logGroupArn(context, name),
      logGroupClass: 'STANDARD',
      metricFilterCount: 0,
      ...(retentionDays === null ? {} : { retentionInDays: retentionDays }),
    })),
    ...next,
  };
}

export function describeLogStreams(
  context: EngineContext,
  store: LogStore,
  input: DescribeLogStreamsRequest,
): DescribeLogStreamsResponse {
  const { logStreamNamePrefix = '', orderBy = 'LogStreamName', descending = false } = input;
  const group = requireGroup(store, input);
  if (orderBy !== 'LogStreamName' && orderBy !== 'LastEventTime') throw invalid('orderBy takes LogStreamName and LastEventTime.');
  if (orderBy === 'LastEventTime' && logStreamNamePrefix !== '')
    throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
  const streams = store.streams(group, logStreamNamePrefix);
  if (orderBy === 'LastEventTime') streams.sort((a, b) => (a.lastMs ?? 0) - (b.lastMs ?? 0));
  if (descending) streams.reverse();
  const { page, ...next } = pageOf(streams, input.nextToken, limitOf(input.limit, MOST));
  return {
    logStreams: page.map(({ name, createdMs, firstMs, lastMs }) => ({
      logStreamName: name,
      creationTime: createdMs,
      arn: `${logGroupArn(context, group.name)}:log-stream:${name}`,
      ...(firstMs === null ? {} : { firstEventTimestamp: firstMs }),
      ...(lastMs === null ? {} : { lastEventTimestamp: lastMs }),
    })),
    ...next,
  };
}
