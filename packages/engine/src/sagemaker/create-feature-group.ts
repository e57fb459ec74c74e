import type { CreateFeatureGroupRequest, FeatureDefinition, OfflineStoreConfig, Tag } from '@aws-sdk/client-sagemaker';
import type { EngineContext } from '../engine-context.ts';
import type { Buckets, Catalogue } from '../ports.ts';
import { AwsError } from '../wire/aws-error.ts';
import { groupExists, validationException } from './control-plane-errors.ts';
import { checkDefinitions, checkKeyFeatures, isResourceName, MOST_FEATURES } from './feature-definitions.ts';
import type { FeatureGroupRegistry } from './feature-group-registry.ts';
import { offlineColumns } from './offline-columns.ts';
import {
  checkOfflineStore,
  parseOnlineStore,
  parseS3Uri,
  parseThroughput,
  parseTtl,
  resolveOfflineStore,
  tableLocation,
} from './store-configs.ts';
import { checkTags } from './tags.ts';

const CREATION_MS = 250;
const LONGEST_DESCRIPTION = 128;

export interface ControlPlaneParts {
  readonly registry: FeatureGroupRegistry;
  readonly catalogue: Catalogue;
  readonly buckets: Buckets;
  /** Told after a group's deletion. */
  readonly onGroupRemoved: () => void;
}

export function createCreateFeatureGroup(context: EngineContext, { registry, catalogue, buckets }: ControlPlaneParts) {
  const { account, region, clock } = context;
  return (request: CreateFeatureGroupRequest): { FeatureGroupArn: string } => {
    const name = request.FeatureGroupName as string;
    const definitions = request.FeatureDefinitions as FeatureDefinition[];
    if (!isResourceName(name))
      throw validationException(
        'Validation Error: FeatureGroupName must be 1 to 64 letters, digits, hyphens and underscores, and begin and end with a letter or digit.',
      );
    if (definitions.length < 1 || definitions.length > MOST_FEATURES)
      throw validationException(`Validation Error: FeatureDefinitions must hold 1 to ${MOST_FEATURES} definitions.`);
    if ((request.Description ?? '').length > LONGEST_DESCRIPTION)
      throw validationException(`Validation Error: Description may have up to ${LONGEST_DESCRIPTION} characters.`);
    const online = parseOnlineStore(request.OnlineStoreConfig);
    const ttl = parseTtl(request.OnlineStoreConfig?.TtlDuration);
    if (!online && !request.OfflineStoreConfig)
      throw validationException(
        'Validation Error: OnlineStore and OfflineStore cannot be both disabled. Please enable at least one of them and retry the request.',
      );
    if (request.OfflineStoreConfig) checkOfflineStore(request, online);
    checkDefinitions(definitions, {
      collections: online?.StorageType === 'InMemory',
      offline: request.OfflineStoreConfig !== undefined,
    });
    checkKeyFeatures(definitions, request.RecordIdentifierFeatureName as string, request.EventTimeFeatureName as string);
    const tags = (request.Tags ?? []) as Tag[];
    checkTags(tags);
    if (registry.find(name)) throw groupExists(name);

    const place = placeOffline(request.OfflineStoreConfig, { name, account, region, nowMs: clock.nowMs() }, catalogue);
    const { createdMs, offline } = place;
    if (offline) checkBucket(offline, buckets);
    const table = place.ownsTable ? offline?.DataCatalogConfig : undefined;
    let failureReason: string | undefined;
    if (table) {
      catalogue.ensureDatabase(table.Database as string);
      if (catalogue.hasTable(table.Database as string, table.TableName as string)) {
        failureReason = `Table ${table.TableName} already exists in database ${table.Database}.`;
      } else {
        catalogue.createTable({
          database: table.Database as string,
          name: table.TableName as string,
          location: tableLocation(place.offline as OfflineStoreConfig),
          format: offline?.TableFormat === 'Iceberg' ? 'iceberg' : 'glue',
          columns: offlineColumns(definitions),
        });
      }
    }
    const group = registry.insert({
      name,
      arn: `arn:aws:sagemaker:${region}:${account}:feature-group/${name}`,
      recordIdentifierName: request.RecordIdentifierFeatureName as string,
      eventTimeName: request.EventTimeFeatureName as string,
      definitions,
      definitionKnownFromMs: definitions.map(() => createdMs),
      ...(online ? { online } : {}),
      ...(offline ? { offline } : {}),
      defaultTtls: [{ fromMs: createdMs, ttl }],
      throughput: parseThroughput(request.ThroughputConfig),
      ...(request.RoleArn ? { roleArn: request.RoleArn } : {}),
      ...(request.Description ? { description: request.Description } : {}),
      tags,
      createdMs,
      modifiedMs: createdMs,
      readyMs: clock.nowMs() + CREATION_MS,
      ...(failureReason ? { failureReason } : {}),
      ownsTable: place.ownsTable && failureReason === undefined,
      deleted: false,
    });
    return { FeatureGroupArn: group.arn };
  };
}

function checkBucket(offline: OfflineStoreConfig, buckets: Buckets): void {
  const { bucket, prefix } = parseS3Uri(offline.S3StorageConfig?.ResolvedOutputS3Uri);
  try {
    buckets.list(bucket, `${prefix}/`);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'NoSuchBucket') throw error;
    throw validationException(`Validation Error: Invalid S3Uri provided: bucket ${bucket} does not exist.`);
  }
}

/**
 * The creation time names the path and the default table. A group that is deleted and made again within one second
 * counts as made a second later, or its rows would mix with the old ones.
 */
function placeOffline(
  config: OfflineStoreConfig | undefined,
  group: { readonly name: string; readonly account: string; readonly region: string; readonly nowMs: number },
  catalogue: Catalogue,
): { createdMs: number; offline?: OfflineStoreConfig; ownsTable: boolean } {
  let createdMs = group.nowMs;
  if (!config) return { createdMs, ownsTable: false };
  const ownsTable = !config.DisableGlueTableCreation;
  for (;;) {
    const offline = resolveOfflineStore(config, { ...group, createdMs });
    const table = offline.DataCatalogConfig;
    if (config.DataCatalogConfig || !table || !catalogue.hasTable(table.Database as string, table.TableName as string))
      return { createdMs, offline, ownsTable };
    createdMs += 1000;
  }
}
