/**
 * The feature groups of the definitions.
 *
 * Replacing a group loses its online records, and of a group's properties the provider replaces it for nearly every one, an
 * added feature included. So a deployment creates a group and from then on changes only what the service changes in place;
 * `tidemark apply` adds features to the group that stands, and refuses what cannot be added.
 */
import {
  ENTITY_KEY_FEATURE,
  EVENT_TIME_FEATURE,
  type Group,
  groupSensitivity,
  physicalGroupName,
  storedGroups,
  withTableFormat,
} from '@tidemark/domain';
import { definitions } from '@tidemark/features';
import { recordFeatures, storesOf } from '@tidemark/pipeline/plan-apply';
import { ttlDuration } from '@tidemark/pipeline/ttl-duration';
import { keepsData, type StageContext, tags } from './parts/context.ts';
import type { Keys } from './security.ts';

export type FeatureGroups = ReturnType<typeof createFeatureGroups>;

/** What the provider would replace a group for; time to live, throughput and tags are left, which it changes in place. */
export const REPLACING = [
  'description',
  'eventTimeFeatureName',
  'featureDefinitions',
  'offlineStoreConfig',
  'onlineStoreConfig.enableOnlineStore',
  'onlineStoreConfig.securityConfig',
  'onlineStoreConfig.storageType',
  'recordIdentifierFeatureName',
  'roleArn',
];

export function createFeatureGroups(
  context: StageContext,
  keys: Keys,
  role: { arn: $util.Output<string> },
  ready: $util.Resource[],
) {
  return storedGroups(definitions).map((stored) => {
    const group = withTableFormat(stored, context.stage);
    const groupName = physicalGroupName(context.stage, group);
    const resource = new aws.sagemaker.FeatureGroup(
      `Group-${group.name}-v${group.version}`,
      { featureGroupName: groupName, roleArn: role.arn, ...settingsOf(context, group, keys.data.arn) },
      { ignoreChanges: REPLACING, dependsOn: ready, ...keepsData(context) },
    );
    return { group, groupName, resource, stores: storesOf(group) };
  });
}

function settingsOf(context: StageContext, group: Group, kmsKeyId: $util.Output<string>) {
  const { online, offline } = storesOf(group);
  return {
    recordIdentifierFeatureName: ENTITY_KEY_FEATURE,
    eventTimeFeatureName: EVENT_TIME_FEATURE,
    ...(group.description === undefined ? {} : { description: group.description.slice(0, 128) }),
    featureDefinitions: recordFeatures(group).map(({ name, type, collection, dimension }) => ({
      featureName: name,
      featureType: type,
      ...(collection === undefined ? {} : { collectionType: collection }),
      ...(dimension === undefined ? {} : { collectionConfig: { vectorConfig: { dimension } } }),
    })),
    ...(online
      ? {
          onlineStoreConfig: {
            enableOnlineStore: true,
            storageType: group.storage,
            securityConfig: { kmsKeyId },
            ...(group.ttlMs === undefined ? {} : { ttlDuration: ttlDuration(group.ttlMs) }),
          },
        }
      : {}),
    ...(offline
      ? {
          offlineStoreConfig: {
            s3StorageConfig: { s3Uri: context.names.offlineStoreUri, kmsKeyId },
            tableFormat: group.tableFormat === 'iceberg' ? 'Iceberg' : 'Glue',
          },
        }
      : {}),
    // Pays for what is called; the in-memory tier has no modes.
    ...(group.storage === 'Standard' ? { throughputConfig: { throughputMode: 'OnDemand' } } : {}),
    tags: tags(context, {
      group: group.name,
      ...(group.owner === undefined ? {} : { owner: group.owner }),
      sensitivity: groupSensitivity(group),
    }),
  };
}
