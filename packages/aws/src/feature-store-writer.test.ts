import {
  BatchWriteRecordCommand,
  PutRecordCommand,
  SageMakerFeatureStoreRuntimeClient,
  ServiceUnavailable,
  ValidationError,
} from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { defineEntity, defineGroup, encodeRecord, integral, isRefusal } from '@tidemark/domain';
import type { WriteEntry } from '@tidemark/pipeline';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { createBatchWriter, createSingleWriter } from './feature-store-writer.ts';

const runtime = mockClient(SageMakerFeatureStoreRuntimeClient);
beforeEach(() => runtime.reset());

const group = defineGroup({ name: 'g', entity: defineEntity({ name: 'e', key: { e: 'string' } }), features: { n: integral() } });
const client = new SageMakerFeatureStoreRuntimeClient({ region: 'us-east-1' });

function entryOf(entity: string, stores: WriteEntry['stores'] = 'both'): WriteEntry {
  const record = encodeRecord(group, { e: entity, eventTime: '2026-01-31T09:00:00Z', n: 1 });
  if (isRefusal(record)) throw new Error(record.message);
  return { groupName: 'dev-g-v1', record, stores };
}
const fault = (name: 'service' | 'validation') =>
  name === 'service'
    ? new ServiceUnavailable({ Message: 'down', message: 'the value is f00dcafe', $metadata: { requestId: 'r-1' } })
    : new ValidationError({ Message: 'no', message: 'no', $metadata: {} });

test('entries that come back are found again, also when the service answers in another order', async () => {
  const entries = [entryOf('a'), entryOf('b'), entryOf('b'), entryOf('c', 'offline')];
  runtime.on(BatchWriteRecordCommand).callsFake(({ Entries }) => {
    const [a, b, , c] = Entries;
    // As JSON from a service comes: equal values, members in any order, and no identity.
    const echo = (entry: object) => JSON.parse(JSON.stringify(entry));
    const turned = { TargetStores: echo(c).TargetStores, Record: echo(c).Record, FeatureGroupName: c.FeatureGroupName };
    return {
      UnprocessedEntries: [turned, echo(b)],
      Errors: [{ Entry: echo(a), ErrorCode: 'ValidationError', ErrorMessage: 'x' }],
    };
  });
  const { unprocessed, refused } = await createBatchWriter(client).write(entries);
  expect(unprocessed).toEqual([entries[3], entries[1]]);
  expect(refused).toEqual([{ entry: entries[0], code: 'ValidationError' }]);
});

test('an entry that was never sent is a fault of the service, not lost in silence', async () => {
  runtime.on(BatchWriteRecordCommand).resolves({ UnprocessedEntries: [{ FeatureGroupName: 'x', Record: [] }], Errors: [] });
  await expect(createBatchWriter(client).write([entryOf('a')])).rejects.toMatchObject({ code: 'DEPENDENCY_FAILED' });
});

test("the call as a whole failing is a fault of a dependency, with the request id and without the service's words", async () => {
  runtime.on(BatchWriteRecordCommand).rejects(fault('service'));
  const writing = createBatchWriter(client).write([entryOf('a')]);
  await expect(writing).rejects.toMatchObject({ code: 'DEPENDENCY_FAILED', message: expect.stringContaining('r-1') });
  await expect(writing).rejects.toMatchObject({ message: expect.not.stringContaining('f00dcafe') });
});

test('one record a call: a refused record does not stop the others', async () => {
  const entries = [entryOf('a'), entryOf('b')];
  runtime.on(PutRecordCommand).rejectsOnce(fault('validation')).resolves({});
  expect(await createSingleWriter(client).write(entries)).toEqual({
    unprocessed: [],
    refused: [{ entry: entries[0], code: 'ValidationError' }],
  });
  runtime.on(PutRecordCommand).rejects(fault('service'));
  await expect(createSingleWriter(client).write(entries)).rejects.toMatchObject({ code: 'DEPENDENCY_FAILED' });
});
