/** Checks writes before the transaction and carries them out in it: online record and replication row together. */
import type { FeatureValue } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import type { TtlDuration } from '../sagemaker/feature-group.ts';
import { compareEventTimes, type EventTime } from './event-time.ts';
import type { OnlineStore } from './online-store.ts';
import type { RecordSchema, StoredValue } from './record-schema.ts';
import type { ReplicationLog } from './replication-log.ts';
import { validationError } from './runtime-errors.ts';
import { ttlSeconds } from './ttl.ts';

export interface Targets {
  readonly online: boolean;
  readonly offline: boolean;
}

/** A checked write; calling it within a transaction of the commit queue does it. */
export type Write = () => void;

export interface RecordWriter {
  put(
    schema: RecordSchema,
    record: readonly FeatureValue[],
    targetStores: readonly string[] | undefined,
    ttl: TtlDuration | undefined,
  ): Write;
  delete(
    schema: RecordSchema,
    recordId: string,
    eventTime: string,
    targetStores: readonly string[] | undefined,
    hard: boolean,
  ): Write;
}

export function createRecordWriter(online: OnlineStore, replication: ReplicationLog): RecordWriter {
  return {
    put(schema, record, targetStores, ttl) {
      const { group } = schema;
      const targets = resolveTargets(schema, targetStores);
      const { recordId, eventTime, values } = schema.parse(record);
      const expires = expiresSeconds(schema, eventTime, ttl);
      schema.checkSize(values);
      // Most rows of an ingest are history, which no answer repeats.
      const json = targets.online ? schema.print(values) : '';
      const invocationMs = replication.invocationMs();
      return () => {
        if (targets.online) online.put(group.id, recordId, eventTime, expires, json);
        if (targets.offline) replication.append(group.id, invocationMs, false, values);
      };
    },
    delete(schema, recordId, eventTimeText, targetStores, hard) {
      const { group } = schema;
      const targets = resolveTargets(schema, targetStores);
      schema.checkRecordId(recordId);
      const eventTime = schema.parseEventTime(eventTimeText);
      const marker: StoredValue[] = new Array(schema.featureIndex.size).fill(undefined);
      marker[schema.recordIdIndex] = recordId;
      marker[schema.eventTimeIndex] = eventTimeText;
      const invocationMs = replication.invocationMs();
      return () => {
        if (targets.online && hard) {
          const current = online.read(group.id, recordId);
          if (current && compareEventTimes(eventTime, current.eventTime) <= 0)
            throw validationError(
              'Validation Error: the event time of a HardDelete must be later than that of the stored record.',
            );
          online.remove(group.id, recordId);
        } else if (targets.online) {
          online.bury(group.id, recordId, eventTime);
        }
        if (targets.offline) replication.append(group.id, invocationMs, true, marker);
      };
    },
  };
}

export function resolveTargets({ group }: RecordSchema, targetStores: readonly string[] | undefined): Targets {
  if (targetStores === undefined) return { online: group.online !== undefined, offline: group.offline !== undefined };
  if (targetStores.length < 1 || targetStores.length > 2 || new Set(targetStores).size !== targetStores.length)
    throw validationError('Validation Error: TargetStores takes OnlineStore, OfflineStore or both, each once.');
  for (const store of targetStores) {
    if (store !== 'OnlineStore' && store !== 'OfflineStore')
      throw validationError('Validation Error: TargetStores takes OnlineStore, OfflineStore or both, each once.');
    if (store === 'OnlineStore' ? !group.online : !group.offline)
      throw validationError(`Validation Error: FeatureGroup ${group.name} has no ${store}.`);
  }
  return { online: targetStores.includes('OnlineStore'), offline: targetStores.includes('OfflineStore') };
}

/** The record's TTL, else the group's default; counted from the event time. */
export function expiresSeconds(schema: RecordSchema, eventTime: EventTime, ttl: TtlDuration | undefined): number | undefined {
  let seconds = schema.defaultTtlSeconds;
  if (ttl !== undefined) {
    seconds = ttlSeconds(ttl);
    if (seconds === undefined)
      throw validationError(
        'Validation Error: TtlDuration takes a Unit of Seconds, Minutes, Hours, Days or Weeks and a whole Value of at least 1.',
      );
    if (!schema.group.online)
      throw validationError(`Validation Error: FeatureGroup ${schema.group.name} has no OnlineStore to take a TtlDuration.`);
  }
  return seconds === undefined ? undefined : eventTime.seconds + seconds;
}
