import {
  BatchGetRecordCommand,
  BatchWriteRecordCommand,
  GetRecordCommand,
  PutRecordCommand,
} from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Harness, removeDataDir, startHarness, values } from './feature-store.fixture.ts';

let harness: Harness;
const at = '2024-01-01T00:00:00Z';
const FeatureGroupName = 'rough';

beforeAll(async () => {
  harness = await startHarness({ settings: { unprocessedShare: 0.3, shuffleBatchAnswers: true, equalEventTime: 'ignore' } });
  await harness.createGroup(FeatureGroupName);
});
afterAll(async () => {
  await harness.close();
  removeDataDir(harness.context.dataDir);
});

test('unprocessed entries were not written, and come through when they are sent again', async () => {
  let Entries = Array.from({ length: 25 }, (_, index) => ({
    FeatureGroupName,
    Record: values({ id: `r${index}`, at, note: 'ü' }),
  }));
  const sent = Entries;
  let rounds = 0;
  for (; Entries.length > 0; rounds++) {
    const answer = await harness.runtime.send(new BatchWriteRecordCommand({ Entries }));
    expect(answer.Errors).toEqual([]);
    const left = answer.UnprocessedEntries as typeof Entries;
    for (const entry of left) expect(sent).toContainEqual(entry);
    Entries = left;
  }
  expect(rounds).toBeGreaterThan(1);
  await harness.drainNow();
  expect(await harness.offlineRows('SELECT count(*)::INT AS rows, count(DISTINCT id)::INT AS ids FROM offline')).toEqual([
    { rows: 25, ids: 25 },
  ]);
});

test('each id asked for is answered or comes back unprocessed, once, in an order of its own', async () => {
  const asked = Array.from({ length: 25 }, (_, index) => `r${index}`);
  const { Records, UnprocessedIdentifiers } = await harness.runtime.send(
    new BatchGetRecordCommand({
      Identifiers: [{ FeatureGroupName, RecordIdentifiersValueAsString: asked, FeatureNames: ['note'] }],
    }),
  );
  const answered = Records?.map(({ RecordIdentifierValueAsString }) => RecordIdentifierValueAsString as string) as string[];
  const left = UnprocessedIdentifiers?.flatMap(
    ({ RecordIdentifiersValueAsString }) => RecordIdentifiersValueAsString as string[],
  ) as string[];
  expect([...answered, ...left].sort()).toEqual([...asked].sort());
  expect(left.length).toBeGreaterThan(0);
  expect(answered).not.toEqual(asked.filter((id) => answered.includes(id)));
  expect(UnprocessedIdentifiers?.[0]).toMatchObject({ FeatureGroupName, FeatureNames: ['note'] });
});

test('an equal event time loses where the settings say so', async () => {
  const put = (note: string) =>
    harness.runtime.send(new PutRecordCommand({ FeatureGroupName, Record: values({ id: 'equal', at, note }) }));
  await put('first');
  await put('second');
  const { Record } = await harness.runtime.send(
    new GetRecordCommand({ FeatureGroupName, RecordIdentifierValueAsString: 'equal' }),
  );
  expect(Record?.at(-1)?.ValueAsString).toBe('first');
});
