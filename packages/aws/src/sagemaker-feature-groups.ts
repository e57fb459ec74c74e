import {
  CreateFeatureGroupCommand,
  DeleteFeatureGroupCommand,
  DescribeFeatureGroupCommand,
  type DescribeFeatureGroupResponse,
  type FeatureDefinition,
  ListFeatureGroupsCommand,
  type SageMakerClient,
  type TtlDuration,
  UpdateFeatureGroupCommand,
} from '@aws-sdk/client-sagemaker';
import { ENTITY_KEY_FEATURE, EVENT_TIME_FEATURE, type Group, groupSensitivity } from '@tidemark/domain';
import {
  type DescribedFeature,
  type DescribedGroup,
  type FeatureGroups,
  recordFeatures,
  storesOf,
  ttlDuration,
  ttlMsOf,
} from '@tidemark/pipeline';
import { calling, isServiceError, translateError } from './translate-error.ts';

export interface FeatureGroupPlacement {
  /** `s3://bucket/prefix` under which the service lays the offline store. */
  readonly offlineStoreUri: string;
  readonly roleArn: string;
  readonly kmsKeyId?: string;
}

export function createFeatureGroups(sagemaker: SageMakerClient, placement: FeatureGroupPlacement): FeatureGroups {
  return {
    async describe(groupName) {
      try {
        const pages = [await sagemaker.send(new DescribeFeatureGroupCommand({ FeatureGroupName: groupName }))];
        for (let token = pages[0]?.NextToken; token !== undefined; token = pages.at(-1)?.NextToken) {
          pages.push(await sagemaker.send(new DescribeFeatureGroupCommand({ FeatureGroupName: groupName, NextToken: token })));
        }
        return describedGroup(
          groupName,
          pages[0] as DescribeFeatureGroupResponse,
          pages.flatMap((page) => page.FeatureDefinitions ?? []),
        );
      } catch (error) {
        if (isServiceError(error, 'ResourceNotFound')) return undefined;
        throw translateError(`describing the feature group ${groupName}`, error);
      }
    },
    async create(groupName, group) {
      await calling(`creating the feature group ${groupName}`, () =>
        sagemaker.send(new CreateFeatureGroupCommand(creation(groupName, group, placement))),
      );
    },
    async remove(groupName) {
      try {
        await sagemaker.send(new DeleteFeatureGroupCommand({ FeatureGroupName: groupName }));
      } catch (error) {
        if (!isServiceError(error, 'ResourceNotFound')) throw translateError(`deleting the feature group ${groupName}`, error);
      }
    },
    async list(nameContains) {
      const found: { groupName: string; createdMs: number }[] = [];
      let NextToken: string | undefined;
      do {
        const page = await calling('listing feature groups', () =>
          sagemaker.send(
            new ListFeatureGroupsCommand({ NameContains: nameContains, ...(NextToken === undefined ? {} : { NextToken }) }),
          ),
        );
        for (const { FeatureGroupName, CreationTime } of page.FeatureGroupSummaries ?? [])
          found.push({ groupName: FeatureGroupName ?? '', createdMs: CreationTime?.getTime() ?? 0 });
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return found;
    },
    async addFeatures(groupName, features) {
      await calling(`extending the feature group ${groupName}`, () =>
        sagemaker.send(
          new UpdateFeatureGroupCommand({ FeatureGroupName: groupName, FeatureAdditions: features.map(featureDefinition) }),
        ),
      );
    },
    async setTtl(groupName, ttlMs) {
      // An empty duration is how the service is told to forget the default.
      const TtlDuration = ttlMs === undefined ? {} : serviceTtl(ttlMs);
      await calling(`setting the TTL of the feature group ${groupName}`, () =>
        sagemaker.send(new UpdateFeatureGroupCommand({ FeatureGroupName: groupName, OnlineStoreConfig: { TtlDuration } })),
      );
    },
  };
}

function creation(groupName: string, group: Group, { offlineStoreUri, roleArn, kmsKeyId }: FeatureGroupPlacement) {
  const stores = storesOf(group);
  return {
    FeatureGroupName: groupName,
    RecordIdentifierFeatureName: ENTITY_KEY_FEATURE,
    EventTimeFeatureName: EVENT_TIME_FEATURE,
    FeatureDefinitions: recordFeatures(group).map(featureDefinition),
    ...(stores.online
      ? {
          OnlineStoreConfig: {
            EnableOnlineStore: true,
            StorageType: group.storage,
            ...(group.ttlMs === undefined ? {} : { TtlDuration: serviceTtl(group.ttlMs) }),
            ...(kmsKeyId === undefined ? {} : { SecurityConfig: { KmsKeyId: kmsKeyId } }),
          },
        }
      : {}),
    ...(stores.offline
      ? {
          OfflineStoreConfig: {
            S3StorageConfig: { S3Uri: offlineStoreUri, ...(kmsKeyId === undefined ? {} : { KmsKeyId: kmsKeyId }) },
            TableFormat: group.tableFormat === 'iceberg' ? ('Iceberg' as const) : ('Glue' as const),
          },
        }
      : {}),
    RoleArn: roleArn,
    ...(group.description === undefined ? {} : { Description: group.description.slice(0, 128) }),
    Tags: [
      { Key: 'tidemark:group', Value: group.name },
      ...(group.owner === undefined ? [] : [{ Key: 'tidemark:owner', Value: group.owner }]),
      { Key: 'tidemark:sensitivity', Value: groupSensitivity(group) },
    ],
  };
}

const featureDefinition = ({ name, type, collection, dimension }: DescribedFeature): FeatureDefinition => ({
  FeatureName: name,
  FeatureType: type,
  ...(collection === undefined ? {} : { CollectionType: collection }),
  ...(dimension === undefined ? {} : { CollectionConfig: { VectorConfig: { Dimension: dimension } } }),
});

function serviceTtl(ttlMs: number): TtlDuration {
  const { unit, value } = ttlDuration(ttlMs);
  return { Unit: unit, Value: value };
}

function describedGroup(
  groupName: string,
  found: DescribeFeatureGroupResponse,
  definitions: readonly FeatureDefinition[],
): DescribedGroup {
  const { OfflineStoreConfig: offline, OnlineStoreConfig: online } = found;
  const { Unit, Value } = online?.TtlDuration ?? {};
  return {
    groupName,
    status: found.FeatureGroupStatus ?? '',
    failureReason: found.FailureReason,
    updateStatus: found.LastUpdateStatus?.Status,
    features: definitions.map((one) => ({
      name: one.FeatureName ?? '',
      type: one.FeatureType ?? 'String',
      collection: one.CollectionType,
      dimension: one.CollectionConfig?.VectorConfig?.Dimension,
    })),
    online: online?.EnableOnlineStore === true,
    ttlMs: Unit === undefined || Value === undefined ? undefined : ttlMsOf({ unit: Unit, value: Value }),
    offline:
      offline?.DataCatalogConfig === undefined
        ? undefined
        : {
            database: offline.DataCatalogConfig.Database ?? '',
            table: offline.DataCatalogConfig.TableName ?? '',
            location: offline.S3StorageConfig?.ResolvedOutputS3Uri ?? '',
            tableFormat: offline.TableFormat === 'Iceberg' ? 'iceberg' : 'glue',
          },
  };
}
