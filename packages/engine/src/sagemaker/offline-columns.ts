import type { FeatureDefinition } from '@aws-sdk/client-sagemaker';
import type { CatalogueColumn } from '../ports.ts';

const columnTypes: Readonly<Record<string, string>> = { String: 'string', Integral: 'bigint', Fractional: 'double' };

/** The columns of a group's table: features in definition order, then the service's own three. */
export function offlineColumns(definitions: readonly FeatureDefinition[]): CatalogueColumn[] {
  return [
    ...definitions.map(({ FeatureName, FeatureType }) => ({
      name: (FeatureName as string).toLowerCase(),
      type: columnTypes[FeatureType as string] as string,
    })),
    { name: 'write_time', type: 'timestamp' },
    { name: 'api_invocation_time', type: 'timestamp' },
    { name: 'is_deleted', type: 'boolean' },
  ];
}
