import type { FeatureDefinition } from '@aws-sdk/client-sagemaker';
import { validationException } from './control-plane-errors.ts';

export const MOST_FEATURES = 2500;
const MOST_VECTOR_DIMENSIONS = 8192;
const namePattern = /^[a-zA-Z0-9]([-_]*[a-zA-Z0-9]){0,63}$/;
const reservedNames = new Set(['is_deleted', 'write_time', 'api_invocation_time']);
const featureTypes = new Set(['Integral', 'Fractional', 'String']);
const collectionTypes = new Set(['List', 'Set', 'Vector']);

export const isResourceName = (name: string) => namePattern.test(name);

/** @throws AwsError ValidationException for what no group may have, whatever its stores. */
export function checkDefinitions(
  definitions: readonly FeatureDefinition[],
  stores: { readonly collections: boolean; readonly offline: boolean },
): void {
  const names = new Set<string>();
  const columns = new Map<string, string>();
  for (const { FeatureName = '', FeatureType = '', CollectionType, CollectionConfig } of definitions) {
    if (!isResourceName(FeatureName))
      throw validationException(
        `Validation Error: FeatureName ${FeatureName} must be 1 to 64 letters, digits, hyphens and underscores, and begin and end with a letter or digit.`,
      );
    if (reservedNames.has(FeatureName.toLowerCase()))
      throw validationException(`Validation Error: FeatureName ${FeatureName} is reserved.`);
    if (names.has(FeatureName)) throw validationException(`Validation Error: FeatureName ${FeatureName} is defined twice.`);
    names.add(FeatureName);
    const twin = columns.get(FeatureName.toLowerCase());
    if (twin !== undefined && stores.offline)
      throw validationException(
        `Validation Error: FeatureNames ${twin} and ${FeatureName} would be one column of the offline store.`,
      );
    columns.set(FeatureName.toLowerCase(), FeatureName);
    if (!featureTypes.has(FeatureType))
      throw validationException(`Validation Error: the FeatureType of ${FeatureName} must be Integral, Fractional or String.`);
    if (CollectionType === undefined) continue;
    if (!collectionTypes.has(CollectionType))
      throw validationException(`Validation Error: the CollectionType of ${FeatureName} must be List, Set or Vector.`);
    if (!stores.collections)
      throw validationException(
        `Validation Error: ${FeatureName} is a collection, which needs an online store of type InMemory.`,
      );
    if (CollectionType === 'Vector') checkVector(FeatureName, FeatureType, CollectionConfig?.VectorConfig?.Dimension);
  }
  if (definitions.filter(({ CollectionType }) => CollectionType === 'Vector').length > 1)
    throw validationException('Validation Error: a FeatureGroup may have one Vector.');
}

function checkVector(name: string, type: string, dimension: number | undefined): void {
  if (type !== 'Fractional') throw validationException(`Validation Error: ${name} is a Vector and must be Fractional.`);
  if (dimension === undefined || !Number.isInteger(dimension) || dimension < 1 || dimension > MOST_VECTOR_DIMENSIONS)
    throw validationException(`Validation Error: the Dimension of ${name} must be 1 to ${MOST_VECTOR_DIMENSIONS}.`);
}

/** @throws AwsError ValidationException unless both name scalar features that can play their part. */
export function checkKeyFeatures(
  definitions: readonly FeatureDefinition[],
  recordIdentifierName: string,
  eventTimeName: string,
): void {
  const find = (name: string) => definitions.find(({ FeatureName }) => FeatureName === name);
  const recordIdentifier = find(recordIdentifierName);
  const eventTime = find(eventTimeName);
  if (!recordIdentifier)
    throw validationException(
      `Validation Error: RecordIdentifierFeatureName ${recordIdentifierName} is not among the FeatureDefinitions.`,
    );
  if (!eventTime)
    throw validationException(`Validation Error: EventTimeFeatureName ${eventTimeName} is not among the FeatureDefinitions.`);
  if (recordIdentifierName === eventTimeName)
    throw validationException('Validation Error: the record identifier and the event time must be two features.');
  if (eventTime.FeatureType === 'Integral')
    throw validationException(`Validation Error: the event time feature ${eventTimeName} must be String or Fractional.`);
  if (recordIdentifier.CollectionType || eventTime.CollectionType)
    throw validationException('Validation Error: the record identifier and the event time cannot be collections.');
}
