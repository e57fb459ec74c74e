/**
 * SageMaker's control plane, as far as Feature Store goes.
 *
 * Gaps: Search, feature metadata and everything that is not Feature Store (UnknownOperationException); the table of a group
 *   with TableFormat Iceberg has no metadata_location, see the offline store.
 * Differences by design: a group is Created a quarter of a second after the call, and a deleted one is gone at once; two
 *   features that differ in case only are refused beside an offline store, where they would be one column; roles and
 *   keys are kept and not checked; there is one region, in every ARN, whatever region a client signs for.
 * Client quirks: SDKs describe a group right after creation and read LastUpdateStatus right after an update; the group's
 *   case is kept in its ARN and path; `TtlDuration: {}` takes the default TTL away; version 2's DatasetBuilder.as_of takes
 *   a time without zone, and its as_hive_ddl forgets the commas, here as on AWS.
 */
import {
  AddTags$,
  type AddTagsInput,
  CreateFeatureGroup$,
  DeleteFeatureGroup$,
  type DeleteFeatureGroupRequest,
  DeleteTags$,
  type DeleteTagsInput,
  DescribeFeatureGroup$,
  type DescribeFeatureGroupRequest,
  type DescribeFeatureGroupResponse,
  ListFeatureGroups$,
  ListTags$,
  type ListTagsInput,
  UpdateFeatureGroup$,
} from '@aws-sdk/client-sagemaker';
import type { EngineContext } from '../engine-context.ts';
import { operation, type Service } from '../wire/service.ts';
import { groupNotFound, validationException } from './control-plane-errors.ts';
import { type ControlPlaneParts, createCreateFeatureGroup } from './create-feature-group.ts';
import { type FeatureGroup, statusOf } from './feature-group.ts';
import { groupNameOf } from './feature-group-registry.ts';
import { createListFeatureGroups } from './list-feature-groups.ts';
import { mergeTags } from './tags.ts';
import { createUpdateFeatureGroup } from './update-feature-group.ts';

export function createSageMakerService(context: EngineContext, parts: ControlPlaneParts): Service {
  const { clock } = context;
  const { registry } = parts;
  const createGroup = createCreateFeatureGroup(context, parts);
  const updateGroup = createUpdateFeatureGroup(context, parts);
  const listGroups = createListFeatureGroups(context, registry);
  const find = (nameOrArn: string): FeatureGroup => {
    const name = groupNameOf(nameOrArn);
    const group = registry.find(name);
    if (!group) throw groupNotFound(name);
    return group;
  };
  return {
    name: 'sagemaker',
    protocol: 'awsJson1_1',
    targetPrefix: 'SageMaker',
    operations: {
      CreateFeatureGroup: operation(CreateFeatureGroup$, createGroup),
      DescribeFeatureGroup: operation(DescribeFeatureGroup$, (input: DescribeFeatureGroupRequest) =>
        describe(find(input.FeatureGroupName as string), clock.nowMs()),
      ),
      UpdateFeatureGroup: operation(UpdateFeatureGroup$, updateGroup),
      DeleteFeatureGroup: operation(DeleteFeatureGroup$, (input: DeleteFeatureGroupRequest) => {
        const name = input.FeatureGroupName as string;
        if (name.startsWith('arn:'))
          throw validationException('Validation Error: DeleteFeatureGroup takes the FeatureGroupName, not the ARN.');
        registry.remove(find(name), clock.nowMs());
        parts.onGroupRemoved();
        return {};
      }),
      ListFeatureGroups: operation(ListFeatureGroups$, listGroups),
      AddTags: operation(AddTags$, (input: AddTagsInput) => {
        const group = find(input.ResourceArn as string);
        const tags = mergeTags(group.tags, input.Tags ?? []);
        registry.save({ ...group, tags });
        return { Tags: tags };
      }),
      ListTags: operation(ListTags$, (input: ListTagsInput) => ({ Tags: [...find(input.ResourceArn as string).tags] })),
      DeleteTags: operation(DeleteTags$, (input: DeleteTagsInput) => {
        const group = find(input.ResourceArn as string);
        registry.save({ ...group, tags: group.tags.filter(({ Key }) => !input.TagKeys?.includes(Key as string)) });
        return {};
      }),
    },
  };
}

function describe(group: FeatureGroup, nowMs: number): Partial<DescribeFeatureGroupResponse> {
  const ttl = group.defaultTtls.at(-1)?.ttl;
  return {
    FeatureGroupArn: group.arn,
    FeatureGroupName: group.name,
    RecordIdentifierFeatureName: group.recordIdentifierName,
    EventTimeFeatureName: group.eventTimeName,
    FeatureDefinitions: [...group.definitions],
    CreationTime: new Date(group.createdMs),
    LastModifiedTime: new Date(group.modifiedMs),
    ...(group.online
      ? { OnlineStoreConfig: { ...group.online, ...(ttl ? { TtlDuration: ttl as { Unit: 'Seconds'; Value: number } } : {}) } }
      : {}),
    ...(group.offline ? { OfflineStoreConfig: group.offline, OfflineStoreStatus: { Status: 'Active' as const } } : {}),
    ...(group.throughput ? { ThroughputConfig: group.throughput as DescribeFeatureGroupResponse['ThroughputConfig'] } : {}),
    ...(group.roleArn ? { RoleArn: group.roleArn } : {}),
    FeatureGroupStatus: statusOf(group, nowMs),
    ...(group.updateReadyMs === undefined
      ? {}
      : { LastUpdateStatus: { Status: nowMs < group.updateReadyMs ? ('InProgress' as const) : ('Successful' as const) } }),
    ...(group.failureReason && statusOf(group, nowMs) === 'CreateFailed' ? { FailureReason: group.failureReason } : {}),
    ...(group.description ? { Description: group.description } : {}),
  };
}
