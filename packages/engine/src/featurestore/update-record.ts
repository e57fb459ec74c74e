/**
 * UpdateRecord: changes some features of a record in one transaction. What it leaves is the whole record again, and the
 * whole record is what goes to the offline store, so that history stays complete row by row.
 */
import type { FeatureValue, UpdateRecordRequest } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { AwsError } from '../wire/aws-error.ts';
import { EncodedOutput } from '../wire/service.ts';
import { compareEventTimes } from './event-time.ts';
import { expiresSeconds, resolveTargets } from './record-writer.ts';
import { unknownGroup, validationError } from './runtime-errors.ts';
import type { RuntimeParts } from './runtime-service.ts';

const MOST_FEATURES = 100;
const storageTypes = new Set(['Standard_V2', 'InMemory']);
const empty = new EncodedOutput('');

export function createUpdateRecord({
  groups,
  online,
  queue,
  replication,
}: Pick<RuntimeParts, 'groups' | 'online' | 'queue' | 'replication'>) {
  return (input: UpdateRecordRequest): Promise<EncodedOutput> => {
    const schema = groups.resolve(input.FeatureGroupName as string, unknownGroup);
    const { group } = schema;
    const recordId = input.RecordIdentifierValueAsString as string;
    const features = input.Features as FeatureValue[];
    if (!group.online || !storageTypes.has(group.online.StorageType ?? 'Standard'))
      throw validationError(
        `Validation Error: UpdateRecord needs an online store of type Standard_V2 or InMemory; FeatureGroup ${group.name} has none.`,
      );
    const targets = resolveTargets(schema, input.TargetStores);
    if (!targets.online) throw validationError('Validation Error: UpdateRecord needs OnlineStore among its TargetStores.');
    if (features.length < 1 || features.length > MOST_FEATURES)
      throw validationError(`Validation Error: Features must hold 1 to ${MOST_FEATURES} values.`);
    schema.checkRecordId(recordId);
    const movesEventTime = features.some(({ FeatureName }) => FeatureName === group.eventTimeName);
    if (input.TtlDuration && !movesEventTime)
      throw validationError('Validation Error: TtlDuration needs the event time feature among Features.');
    const otherId = features.find(({ FeatureName }) => FeatureName === group.recordIdentifierName)?.ValueAsString;
    if (otherId !== undefined && otherId !== recordId)
      throw validationError('Validation Error: Features must not change the record identifier.');
    if (new Set(features.map(({ FeatureName }) => FeatureName)).size !== features.length)
      throw validationError('Validation Error: Features names a feature twice.');
    const invocationMs = replication.invocationMs();

    const update = () => {
      const current = online.read(group.id, recordId);
      if (current?.record === undefined)
        throw new AwsError(
          'ResourceNotFound',
          `Resource Not Found: FeatureGroup ${group.name} has no record with the given identifier.`,
          404,
        );
      const merged = new Map((JSON.parse(current.record) as FeatureValue[]).map((value) => [value.FeatureName as string, value]));
      for (const value of features) merged.set(value.FeatureName as string, value);
      const { eventTime, values } = schema.parse([...merged.values()]);
      if (compareEventTimes(eventTime, current.eventTime) < 0)
        throw new AwsError('ConflictException', 'The event time is older than that of the stored record.', 409);
      const kept = current.expiresSeconds === undefined ? undefined : current.expiresSeconds - current.eventTime.seconds;
      const expires = input.TtlDuration
        ? expiresSeconds(schema, eventTime, input.TtlDuration)
        : kept === undefined
          ? undefined
          : eventTime.seconds + kept;
      schema.checkSize(values);
      const json = schema.print(values);
      online.replace(group.id, recordId, eventTime, expires, json);
      if (targets.offline) replication.append(group.id, invocationMs, false, values);
    };
    return queue.submit(update).then(() => empty);
  };
}
