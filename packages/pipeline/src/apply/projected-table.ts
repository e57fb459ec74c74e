import { projectedTableParameters } from '@tidemark/sql';
import type { DescribedFeature } from '../ports/feature-groups.ts';
import type { ExternalTable } from '../ports/tables.ts';

const HIVE_TYPE = { String: 'string', Integral: 'bigint', Fractional: 'double' } as const;
/** The span of years that a projected table covers: wide, since an hour that has no files costs nothing. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 2100;

/** Our table over the history of a group; `location` is where the service laid that, `s3://…/data`. */
export const projectedTableOf = (
  database: string,
  groupName: string,
  features: readonly Pick<DescribedFeature, 'name' | 'type'>[],
  location: string,
): ExternalTable => ({
  database,
  name: groupName.toLowerCase().replaceAll('-', '_'),
  location,
  columns: [
    ...features.map((feature) => ({ name: feature.name, type: HIVE_TYPE[feature.type] })),
    { name: 'write_time', type: 'timestamp' },
    { name: 'api_invocation_time', type: 'timestamp' },
    { name: 'is_deleted', type: 'boolean' },
  ],
  partitionKeys: ['year', 'month', 'day', 'hour'].map((key) => ({ name: key, type: 'string' })),
  parameters: projectedTableParameters({ location, firstYear: FIRST_YEAR, lastYear: LAST_YEAR }),
});
