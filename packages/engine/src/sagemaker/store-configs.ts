/** What CreateFeatureGroup takes for the two stores, checked and brought to the form that Describe shows. */
import type {
  CreateFeatureGroupRequest,
  OfflineStoreConfig,
  OnlineStoreConfig,
  ThroughputConfig,
} from '@aws-sdk/client-sagemaker';
import { ttlSeconds } from '../featurestore/ttl.ts';
import { validationException } from './control-plane-errors.ts';
import type { TtlDuration } from './feature-group.ts';

const storageTypes = new Set(['Standard', 'Standard_V2', 'InMemory']);
const tableFormats = new Set(['Default', 'Glue', 'Iceberg']);
const s3UriPattern = /^(?:s3|https):\/\/([^/]+)\/?(.*?)\/*$/;
const roleArnPattern = /^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/;
const catalogueNamePattern = /^[a-z_][a-z0-9_]*$/;
const CATALOG = 'AwsDataCatalog';
const LONGEST_TABLE_NAME = 252;
const LONGEST_DATABASE_NAME = 255;

export function parseTtl(ttl: TtlDuration | undefined): TtlDuration | undefined {
  if (ttl === undefined || (ttl.Unit === undefined && ttl.Value === undefined)) return undefined;
  if (ttlSeconds(ttl) === undefined)
    throw validationException(
      'Validation Error: TtlDuration takes a Unit of Seconds, Minutes, Hours, Days or Weeks and a whole Value of at least 1.',
    );
  return { Unit: ttl.Unit, Value: ttl.Value };
}

export function parseOnlineStore(config: OnlineStoreConfig | undefined): OnlineStoreConfig | undefined {
  if (!config?.EnableOnlineStore) return undefined;
  if (config.StorageType !== undefined && !storageTypes.has(config.StorageType))
    throw validationException('Validation Error: StorageType takes Standard, Standard_V2 or InMemory.');
  const { TtlDuration: _default, ...rest } = config;
  return rest;
}

export function parseThroughput(config: ThroughputConfig | undefined): ThroughputConfig {
  const mode = config?.ThroughputMode ?? 'OnDemand';
  if (mode !== 'OnDemand' && mode !== 'Provisioned')
    throw validationException('Validation Error: ThroughputMode takes OnDemand or Provisioned.');
  return config ?? { ThroughputMode: mode };
}

export interface OfflineTarget {
  readonly bucket: string;
  /** Under which the service lays out its own path; no slash at either end. */
  readonly prefix: string;
}

export function parseS3Uri(uri: string | undefined): OfflineTarget {
  const match = s3UriPattern.exec(uri ?? '');
  if (!match)
    throw validationException('Validation Error: Invalid S3Uri provided: it must be s3://bucket or s3://bucket/prefix.');
  return { bucket: match[1] as string, prefix: match[2] as string };
}

/** Checks the offline store's configuration as far as it stands by itself. */
export function checkOfflineStore(request: CreateFeatureGroupRequest, online: OnlineStoreConfig | undefined): void {
  const config = request.OfflineStoreConfig as OfflineStoreConfig;
  if (online?.StorageType === 'InMemory')
    throw validationException('Validation Error: an online store of type InMemory cannot have an OfflineStore beside it.');
  if (!roleArnPattern.test(request.RoleArn ?? ''))
    throw validationException('Validation Error: The execution role ARN is invalid. An OfflineStore needs a RoleArn.');
  if (config.TableFormat !== undefined && !tableFormats.has(config.TableFormat))
    throw validationException('Validation Error: TableFormat takes Default, Glue or Iceberg.');
  if (config.TableFormat === 'Iceberg') checkIceberg(request);
  const catalogue = config.DataCatalogConfig;
  if (!catalogue) return;
  if (catalogue.Catalog !== CATALOG) throw validationException(`Validation Error: Catalog must be ${CATALOG}.`);
  checkCatalogueName('TableName', catalogue.TableName ?? '', LONGEST_TABLE_NAME);
  checkCatalogueName('Database', catalogue.Database ?? '', LONGEST_DATABASE_NAME);
}

/** Its partitions are the first ten characters of the event time, and its table is how its files are found at all. */
function checkIceberg({ OfflineStoreConfig, FeatureDefinitions, EventTimeFeatureName }: CreateFeatureGroupRequest): void {
  const eventTime = FeatureDefinitions?.find(({ FeatureName }) => FeatureName === EventTimeFeatureName);
  if (eventTime !== undefined && eventTime.FeatureType !== 'String')
    throw validationException('Validation Error: TableFormat Iceberg needs an event time feature of type String.');
  if (OfflineStoreConfig?.DisableGlueTableCreation)
    throw validationException('Validation Error: TableFormat Iceberg cannot be combined with DisableGlueTableCreation.');
}

/** Iceberg's data lie beside its metadata, in a folder of the table's. */
export const tableLocation = ({ TableFormat, S3StorageConfig }: OfflineStoreConfig): string => {
  const resolved = S3StorageConfig?.ResolvedOutputS3Uri as string;
  return TableFormat === 'Iceberg' ? resolved.replace(/\/data$/, '') : resolved;
};

function checkCatalogueName(member: string, name: string, longest: number): void {
  if (!catalogueNamePattern.test(name) || name.length > longest)
    throw validationException(
      `Validation Error: ${member} must be up to ${longest} lower-case letters, digits and underscores, not beginning with a digit.`,
    );
}

/** The configuration that Describe shows: where the files go, and the table if there is one. */
export function resolveOfflineStore(
  config: OfflineStoreConfig,
  group: { readonly name: string; readonly account: string; readonly region: string; readonly createdMs: number },
): OfflineStoreConfig {
  const { bucket, prefix } = parseS3Uri(config.S3StorageConfig?.S3Uri);
  const epochSeconds = Math.floor(group.createdMs / 1000);
  const base = [bucket, prefix, group.account, 'sagemaker', group.region, 'offline-store'].filter(Boolean).join('/');
  const tableName = `${group.name.replaceAll('-', '_').toLowerCase()}_${epochSeconds}`;
  const defaultCatalogue = { Catalog: CATALOG, Database: 'sagemaker_featurestore', TableName: tableName };
  const catalogue = config.DataCatalogConfig ?? (config.DisableGlueTableCreation ? undefined : defaultCatalogue);
  return {
    S3StorageConfig: {
      ...config.S3StorageConfig,
      S3Uri: config.S3StorageConfig?.S3Uri,
      ResolvedOutputS3Uri: `s3://${base}/${group.name}-${epochSeconds}/data`,
    },
    DisableGlueTableCreation: config.DisableGlueTableCreation ?? false,
    ...(catalogue ? { DataCatalogConfig: catalogue } : {}),
    // Spark's connector stops at `Default`, which the real Describe never shows.
    ...(config.TableFormat && config.TableFormat !== 'Default' ? { TableFormat: config.TableFormat } : {}),
  };
}
