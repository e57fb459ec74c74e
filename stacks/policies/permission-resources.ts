import type { Permission } from '@tidemark/functions/topology';
import { arnOf, type Place } from './place.ts';

type Target = Permission['on'];

/** Actions on a bucket itself; every other S3 action is on its objects. */
const ON_BUCKET = /^s3:(ListBucket|ListBucketVersions|ListBucketMultipartUploads|GetBucketLocation|GetBucketVersioning)$/;

/** Actions on a database itself, whatever tables it has. */
const ON_DATABASE = /^glue:\w+Database$/;

/** The resources of one action of a permission, by ARN. */
export function resourcesOf(place: Place, action: string, on: Target): string[] {
  const { names, featureGroups, streams } = place;
  if ('bucket' in on) {
    const bucket = `arn:aws:s3:::${names.bucket(on.bucket)}`;
    return [ON_BUCKET.test(action) ? bucket : `${bucket}/${on.keys ?? '*'}`];
  }
  if ('machine' in on) {
    return [
      on.executions ? arnOf(place, 'states', `execution:${names.machineName(on.machine)}:*`) : names.machineArn(on.machine),
    ];
  }
  if ('streams' in on) return streams.map((stream) => arnOf(place, 'kinesis', `stream/${stream}`));
  if ('mappingsOf' in on) return mappingsOf(place, action);
  if ('featureGroups' in on)
    return featureGroups[on.featureGroups].map((name) => arnOf(place, 'sagemaker', `feature-group/${name}`));
  if ('logGroup' in on) return [arnOf(place, 'logs', `log-group:${names.logGroup('audit', on.logGroup)}:log-stream:*`)];
  if ('tables' in on) {
    const tables =
      on.tables === 'own'
        ? tablesOf(place, names.database, ['*'])
        : serviceTables(place, on.tables === 'service' ? 'with-history' : 'in-iceberg');
    return tables.filter((arn) => !(ON_DATABASE.test(action) && arn.includes(':table/')));
  }
  return on satisfies never;
}

/** The list of mappings takes no resource; a mapping's own ARN is a number that only its creation gives. */
const mappingsOf = (place: Place, action: string): string[] =>
  action === 'lambda:ListEventSourceMappings' ? ['*'] : [arnOf(place, 'lambda', 'event-source-mapping:*')];

/** Glue asks for the catalogue and the database too, whatever is done to a table. */
const tablesOf = (place: Place, database: string, tables: readonly string[]): string[] => [
  arnOf(place, 'glue', 'catalog'),
  arnOf(place, 'glue', `database/${database}`),
  ...tables.map((table) => arnOf(place, 'glue', `table/${database}/${table}`)),
];

/** SageMaker names the table of a group after it, with the second of its creation. */
const serviceTables = (place: Place, groups: 'with-history' | 'in-iceberg'): string[] =>
  tablesOf(
    place,
    'sagemaker_featurestore',
    place.featureGroups[groups].map((group) => `${group.replaceAll('-', '_')}_*`),
  );
