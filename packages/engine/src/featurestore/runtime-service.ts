/**
 * SageMaker Feature Store Runtime.
 *
 * Gaps: none of the seven operations; throughput limits are not enforced.
 * Differences by design: an equal event time overwrites or loses by settings.equalEventTime; an expired record leaves no
 *   marker in the offline store; reads see every acknowledged write; a deletion of an unknown id is taken and marked.
 * Client quirks: a missing record is a 200 without Record; BatchWriteRecord echoes failed entries exactly, or Python's
 *   SDK counts the whole batch as failed; the list parameter of GetRecord is called FeatureName in the query; version 3
 *   of that SDK lets forked workers share the parent's open connection, so that rows fail with a bare 400 (two workers or
 *   more, after a call in the parent).
 */
import {
  BatchGetRecord$,
  type BatchGetRecordRequest,
  BatchWriteRecord$,
  type BatchWriteRecordRequest,
  DeleteRecord$,
  type DeleteRecordRequest,
  type FeatureValue,
  GetRecord$,
  type GetRecordRequest,
  ListRecords$,
  type ListRecordsRequest,
  PutRecord$,
  type PutRecordRequest,
  UpdateRecord$,
  type UpdateRecordRequest,
} from '@aws-sdk/client-sagemaker-featurestore-runtime';
import type { EngineContext } from '../engine-context.ts';
import { EncodedOutput, operation, type Service } from '../wire/service.ts';
import { createBatchGetRecord } from './batch-get-record.ts';
import { createBatchWriteRecord } from './batch-write-record.ts';
import type { CommitQueue } from './commit-queue.ts';
import type { DataPlaneGroups } from './data-plane-groups.ts';
import { createListRecords } from './list-records.ts';
import type { OnlineStore } from './online-store.ts';
import { parseReadOptions, type RecordReader } from './record-reader.ts';
import type { RecordWriter } from './record-writer.ts';
import type { ReplicationLog } from './replication-log.ts';
import { unknownGroup, unknownGroupAsValidationError, validationError } from './runtime-errors.ts';
import { createUpdateRecord } from './update-record.ts';

export interface RuntimeParts {
  readonly groups: DataPlaneGroups;
  readonly online: OnlineStore;
  readonly replication: ReplicationLog;
  readonly writer: RecordWriter;
  readonly reader: RecordReader;
  readonly queue: CommitQueue;
}

const empty = new EncodedOutput('');
const missing = new EncodedOutput('{}');

export function createRuntimeService(context: EngineContext, parts: RuntimeParts): Service {
  const { groups, queue, reader, writer } = parts;
  const batchGet = createBatchGetRecord(context, parts);
  const batchWrite = createBatchWriteRecord(context, parts);
  return {
    name: 'featurestore-runtime',
    protocol: 'restJson1',
    signingName: 'sagemaker',
    validationErrorCode: 'ValidationError',
    operations: {
      PutRecord: operation(PutRecord$, (input: PutRecordRequest) => {
        const schema = groups.resolve(input.FeatureGroupName as string, unknownGroupAsValidationError);
        return queue
          .submit(writer.put(schema, input.Record as FeatureValue[], input.TargetStores, input.TtlDuration))
          .then(() => empty);
      }),
      GetRecord: operation(GetRecord$, (input: GetRecordRequest) => {
        const schema = groups.resolve(input.FeatureGroupName as string, unknownGroup);
        const options = parseReadOptions(schema, input.FeatureNames, input.ExpirationTimeResponse);
        const recordId = input.RecordIdentifierValueAsString as string;
        schema.checkRecordId(recordId);
        const members = reader.read(schema, recordId, options);
        return members === undefined ? missing : new EncodedOutput(`{${members}}`);
      }),
      DeleteRecord: operation(DeleteRecord$, (input: DeleteRecordRequest) => {
        const schema = groups.resolve(input.FeatureGroupName as string, unknownGroupAsValidationError);
        const mode = input.DeletionMode ?? 'SoftDelete';
        if (mode !== 'SoftDelete' && mode !== 'HardDelete')
          throw validationError('Validation Error: DeletionMode takes SoftDelete or HardDelete.');
        const write = writer.delete(
          schema,
          input.RecordIdentifierValueAsString as string,
          input.EventTime as string,
          input.TargetStores,
          mode === 'HardDelete',
        );
        return queue.submit(write).then(() => empty);
      }),
      BatchGetRecord: operation(BatchGetRecord$, (input: BatchGetRecordRequest) => batchGet(input)),
      BatchWriteRecord: operation(BatchWriteRecord$, (input: BatchWriteRecordRequest) => batchWrite(input)),
      ListRecords: operation(ListRecords$, createListRecords(parts) as (input: ListRecordsRequest) => EncodedOutput),
      UpdateRecord: operation(UpdateRecord$, createUpdateRecord(parts) as (input: UpdateRecordRequest) => Promise<EncodedOutput>),
    },
  };
}
