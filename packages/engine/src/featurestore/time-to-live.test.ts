import { UpdateFeatureGroupCommand } from '@aws-sdk/client-sagemaker';
import { BatchGetRecordCommand, GetRecordCommand, PutRecordCommand } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Harness, removeDataDir, startHarness, values } from './feature-store.fixture.ts';

let harness: Harness;
let now: Date;
const FeatureGroupName = 'expiring';

beforeEach(async () => {
  harness = await startHarness({ settings: { schemaCacheMs: 300_000 } });
  await harness.createGroup(FeatureGroupName, {
    OnlineStoreConfig: { EnableOnlineStore: true, TtlDuration: { Unit: 'Minutes', Value: 1 } },
  });
  now = new Date(Math.floor(harness.context.clock.nowMs() / 1000) * 1000);
});
afterEach(async () => {
  await harness.close();
  removeDataDir(harness.context.dataDir);
});

const put = (id: string, more: object = {}, at = now.toISOString()) =>
  harness.runtime.send(new PutRecordCommand({ FeatureGroupName, Record: values({ id, at }), ...more }));
const get = (id: string) =>
  harness.runtime.send(
    new GetRecordCommand({ FeatureGroupName, RecordIdentifierValueAsString: id, ExpirationTimeResponse: 'Enabled' }),
  );
const lifetimeMs = async (id: string) => {
  const { ExpiresAt } = await get(id);
  return ExpiresAt === undefined ? undefined : Date.parse(ExpiresAt) - now.getTime();
};

test("the record's TTL comes before the group's default, and both readers say the same instant", async () => {
  await put('default');
  await put('own', { TtlDuration: { Unit: 'Hours', Value: 2 } });
  expect(await lifetimeMs('default')).toBe(60_000);
  expect(await lifetimeMs('own')).toBe(7_200_000);
  const identifiers = { Identifiers: [{ FeatureGroupName, RecordIdentifiersValueAsString: ['own'] }] };
  const { Records } = await harness.runtime.send(
    new BatchGetRecordCommand({ ...identifiers, ExpirationTimeResponse: 'Enabled' }),
  );
  expect(Records?.[0]?.ExpiresAt).toBe((await get('own')).ExpiresAt);
  const silent = await harness.runtime.send(new BatchGetRecordCommand(identifiers));
  expect(silent.Records?.[0]).not.toHaveProperty('ExpiresAt');
});

test('a record is there until event time + TTL and gone from that instant, also as an older rival of a put', async () => {
  await put('brief', { TtlDuration: { Unit: 'Seconds', Value: 30 } });
  harness.context.clock.advance(now.getTime() + 25_000 - harness.context.clock.nowMs());
  expect((await get('brief')).Record).toBeDefined();
  harness.context.clock.advance(now.getTime() + 30_000 - harness.context.clock.nowMs());
  expect((await get('brief')).Record).toBeUndefined();
  await put('brief', { TtlDuration: { Unit: 'Days', Value: 1 } }, new Date(now.getTime() - 1000).toISOString());
  expect((await get('brief')).Record).toBeDefined();
});

test('an old event time can be born expired', async () => {
  await put('late', {}, new Date(now.getTime() - 61_000).toISOString());
  expect((await get('late')).Record).toBeUndefined();
});

test('a changed default reaches the data plane after its cache, and only records written then; {} takes it away', async () => {
  await put('before');
  await harness.sagemaker.send(
    new UpdateFeatureGroupCommand({ FeatureGroupName, OnlineStoreConfig: { TtlDuration: { Unit: 'Hours', Value: 1 } } }),
  );
  await put('cached');
  expect(await lifetimeMs('cached')).toBe(60_000);
  harness.context.clock.advance(300_000);
  await put('after');
  expect(await lifetimeMs('after')).toBe(3_600_000);
  await harness.sagemaker.send(
    new UpdateFeatureGroupCommand({ FeatureGroupName, OnlineStoreConfig: { TtlDuration: {} as never } }),
  );
  harness.context.clock.advance(300_000);
  await put('without');
  expect(await get('without')).not.toHaveProperty('ExpiresAt');
});

test.each([
  { Unit: 'Fortnights', Value: 1 },
  { Unit: 'Days', Value: 0 },
  { Unit: 'Days', Value: 1.5 },
])('refuses the TTL %o', async (TtlDuration) => {
  await expect(put('bad', { TtlDuration })).rejects.toMatchObject({ name: 'ValidationError' });
});
