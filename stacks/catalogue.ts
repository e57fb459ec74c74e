/** Where queries find tables: our Glue database, the partition-projected table of each history in Glue format, the workgroup. */
import { recordFeatures } from '@tidemark/pipeline/plan-apply';
import { projectedTableOf } from '@tidemark/pipeline/projected-table';
import type { FeatureGroups } from './feature-groups.ts';
import { keepsData, type StageContext, tags } from './parts/context.ts';
import type { Keys } from './security.ts';
import type { Storage } from './storage.ts';

export function createCatalogue(context: StageContext, keys: Keys, storage: Storage, groups: FeatureGroups): void {
  const database = new aws.glue.CatalogDatabase(
    'Catalogue',
    { name: context.names.database, description: `tidemark ${context.stage}`, tags: tags(context, {}) },
    keepsData(context),
  );
  for (const { group, groupName, resource, stores } of groups) {
    if (!stores.offline || group.tableFormat === 'iceberg') continue;
    const location = resource.offlineStoreConfig.apply((config) => config?.s3StorageConfig.resolvedOutputS3Uri ?? '');
    const table = location.apply((at) => projectedTableOf(context.names.database, groupName, recordFeatures(group), at));
    createProjectedTable(database, groupName, table);
  }
  createWorkgroup(context, keys, storage);
}

/** The service's own table shows no partitions; this one, over the same files, computes them. */
function createProjectedTable(
  database: aws.glue.CatalogDatabase,
  groupName: string,
  table: $util.Output<ReturnType<typeof projectedTableOf>>,
): void {
  new aws.glue.CatalogTable(`Table-${groupName}`, {
    databaseName: database.name,
    name: groupName.toLowerCase().replaceAll('-', '_'),
    tableType: 'EXTERNAL_TABLE',
    parameters: table.parameters,
    partitionKeys: table.partitionKeys.apply((keys) => keys.map((key) => ({ ...key }))),
    storageDescriptor: {
      location: table.location,
      columns: table.columns.apply((columns) => columns.map((column) => ({ ...column }))),
      inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
      outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
      serDeInfo: { serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
    },
  });
}

/** Results go to one place, encrypted, whatever a client asks for; a query that would read too much is cut off. */
function createWorkgroup(context: StageContext, keys: Keys, storage: Storage): void {
  new aws.athena.Workgroup('Queries', {
    name: context.names.workGroup,
    description: `tidemark ${context.stage}`,
    forceDestroy: !context.profile.keepsData,
    configuration: {
      enforceWorkgroupConfiguration: true,
      publishCloudwatchMetricsEnabled: true,
      bytesScannedCutoffPerQuery: context.profile.scanLimitBytes,
      resultConfiguration: {
        outputLocation: $util.interpolate`s3://${storage.buckets.work.name}/query-results/`,
        encryptionConfiguration: { encryptionOption: 'SSE_KMS', kmsKeyArn: keys.data.arn },
        expectedBucketOwner: context.account,
      },
    },
    tags: tags(context, {}),
  });
}
