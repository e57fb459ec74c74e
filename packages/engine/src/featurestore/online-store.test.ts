import {
  DeleteRecordCommand,
  GetRecordCommand,
  ListRecordsCommand,
  PutRecordCommand,
} from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, removeDataDir, startHarness, values } from './feature-store.fixture.ts';

let harness: Harness;
let nextId = 0;

beforeAll(async () => {
  harness = await startHarness();
  await harness.createGroup('Riders-A');
});
afterAll(async () => {
  await harness.close();
  removeDataDir(harness.context.dataDir);
});

const freshId = () => `rider ${nextId++}/ü+&=%`;
const put = (id: string, at: string, rest: Record<string, string> = {}, more: object = {}) =>
  harness.runtime.send(new PutRecordCommand({ FeatureGroupName: 'Riders-A', Record: values({ id, at, ...rest }), ...more }));
const get = async (id: string, more: object = {}) =>
  (await harness.runtime.send(new GetRecordCommand({ FeatureGroupName: 'Riders-A', RecordIdentifierValueAsString: id, ...more })))
    .Record;
const remove = (id: string, at: string, mode: 'SoftDelete' | 'HardDelete' = 'SoftDelete') =>
  harness.runtime.send(
    new DeleteRecordCommand({
      FeatureGroupName: 'Riders-A',
      RecordIdentifierValueAsString: id,
      EventTime: at,
      DeletionMode: mode,
    }),
  );
const offlineTimes = async (id: string) => {
  await harness.drainNow();
  const rows = await harness.offlineRows(
    `SELECT "at", is_deleted FROM offline WHERE id = '${id}' ORDER BY api_invocation_time, "at"`,
  );
  return rows.map((row) => `${row.at}${row.is_deleted ? ' deleted' : ''}`);
};

describe('put', () => {
  test('a newer event time replaces the whole record, an older one only reaches the offline store', async () => {
    const id = freshId();
    await put(id, '2024-01-02T00:00:00Z', { count: '1', note: 'first' });
    await put(id, '2024-01-03T00:00:00.000Z', { count: '2' });
    await put(id, '2024-01-01T00:00:00Z', { count: '3', note: 'late' });
    expect(await get(id)).toEqual(values({ id, at: '2024-01-03T00:00:00.000Z', count: '2' }));
    expect((await offlineTimes(id)).sort()).toEqual(['2024-01-01T00:00:00Z', '2024-01-02T00:00:00Z', '2024-01-03T00:00:00.000Z']);
  });

  test.each([
    ['exactly 350 KB', 358_400, true],
    ['one byte more', 358_401, false],
  ])('a record takes up to 350 KB of names and values, counted in UTF-8: %s', async (_what, sizeBytes, isTaken) => {
    const id = freshId();
    const at = '2024-01-02T00:00:00Z';
    const others = Buffer.byteLength(`id${id}at${at}note`);
    const half = Math.floor((sizeBytes - others) / 2);
    const note = 'ü'.repeat(half) + 'x'.repeat(sizeBytes - others - 2 * half);
    const outcome = put(id, at, { note });
    if (isTaken) await outcome;
    else await expect(outcome).rejects.toThrow('a record may have up to 358400 bytes');
  });

  test('an equal event time overwrites, whatever its precision is written as', async () => {
    const id = freshId();
    await put(id, '2024-01-02T00:00:00Z', { note: 'a' });
    await put(id, '2024-01-02T00:00:00.000000000Z', { note: 'b' });
    expect((await get(id))?.find(({ FeatureName }) => FeatureName === 'note')?.ValueAsString).toBe('b');
  });

  test('times one nanosecond apart are two times', async () => {
    const id = freshId();
    await put(id, '2024-01-02T00:00:00.000000002Z', { note: 'later' });
    await put(id, '2024-01-02T00:00:00.000000001Z', { note: 'earlier' });
    expect((await get(id))?.at(-1)?.ValueAsString).toBe('later');
  });

  test('values come back as they were written, in the order of the definitions', async () => {
    const id = freshId();
    await put(id, '2024-01-01T00:00:00Z', { note: '', share: '10.0', count: '+0' });
    expect(await get(id)).toEqual(values({ id, at: '2024-01-01T00:00:00Z', count: '+0', share: '10.0', note: '' }));
    expect(await get(id, { FeatureNames: ['share', 'id'] })).toEqual(values({ id, share: '10.0' }));
  });

  test('OfflineStore alone leaves the online store as it is, OnlineStore alone leaves no row', async () => {
    const id = freshId();
    await put(id, '2024-01-01T00:00:00Z', {}, { TargetStores: ['OfflineStore'] });
    expect(await get(id)).toBeUndefined();
    await put(id, '2024-01-02T00:00:00Z', {}, { TargetStores: ['OnlineStore'] });
    expect(await get(id)).toBeDefined();
    expect(await offlineTimes(id)).toEqual(['2024-01-01T00:00:00Z']);
  });

  test.each([
    ['an integer with a fraction', { count: '1.5' }, 'count'],
    ['an integer beyond 64 bits', { count: '9223372036854775808' }, 'count'],
    ['an empty number', { count: '' }, 'count'],
    ['NaN', { share: 'NaN' }, 'share'],
    ['a number beyond a double', { share: '1e999' }, 'share'],
    ['an unknown feature', { colour: 'red' }, 'colour'],
  ])('refuses %s as ValidationError and names the feature', async (_why, rest, name) => {
    const refused = put(freshId(), '2024-01-01T00:00:00Z', rest);
    await expect(refused).rejects.toMatchObject({ name: 'ValidationError', message: expect.stringContaining(`[${name}]`) });
  });

  test.each([
    '2024-01-01',
    '2024-01-01 00:00:00Z',
    '2024-01-01T00:00:00+01:00',
    '2024-02-30T00:00:00Z',
    '2024-01-01T00:00:00.1234567890Z',
    '1700000000',
  ])('refuses the event time %s', async (at) => {
    await expect(put(freshId(), at)).rejects.toMatchObject({ name: 'ValidationError' });
  });

  test('refuses a record without its identifier, without its event time, with a feature twice', async () => {
    const send = (record: object[]) =>
      harness.runtime.send(new PutRecordCommand({ FeatureGroupName: 'Riders-A', Record: record as never }));
    await expect(send(values({ at: '2024-01-01T00:00:00Z' }))).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('[id]'),
    });
    await expect(send(values({ id: 'x' }))).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('[at]'),
    });
    await expect(send([...values({ id: 'x', at: '2024-01-01T00:00:00Z' }), ...values({ id: 'y' })])).rejects.toMatchObject({
      name: 'ValidationError',
    });
    await expect(send([])).rejects.toMatchObject({ name: 'ValidationError' });
  });

  test('an unknown group is ValidationError for a put and ResourceNotFound for a get', async () => {
    const unknown = { FeatureGroupName: 'nobody', Record: values({ id: 'x', at: '2024-01-01T00:00:00Z' }) };
    await expect(harness.runtime.send(new PutRecordCommand(unknown))).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringMatching(/^Resource Not Found: Amazon SageMaker can't find a FeatureGroup with name/),
    });
    await expect(
      harness.runtime.send(new GetRecordCommand({ FeatureGroupName: 'nobody', RecordIdentifierValueAsString: 'x' })),
    ).rejects.toMatchObject({
      name: 'ResourceNotFound',
      $metadata: { httpStatusCode: 404 },
    });
  });
});

describe('delete', () => {
  test.each([
    ['newer', '2024-01-03T00:00:00Z', false],
    ['equal', '2024-01-02T00:00:00Z', true],
    ['older', '2024-01-01T00:00:00Z', true],
  ])('a soft delete with a %s event time leaves its marker offline', async (_why, at, stays) => {
    const id = freshId();
    await put(id, '2024-01-02T00:00:00Z', { note: 'here' });
    await remove(id, at);
    expect((await get(id)) !== undefined).toBe(stays);
    expect(await offlineTimes(id)).toContain(`${at} deleted`);
  });

  test('the tombstone of a soft delete hides older puts and gives way to newer ones', async () => {
    const id = freshId();
    await put(id, '2024-01-01T00:00:00Z');
    await remove(id, '2024-01-03T00:00:00Z');
    await put(id, '2024-01-02T00:00:00Z');
    expect(await get(id)).toBeUndefined();
    await put(id, '2024-01-04T00:00:00Z');
    expect(await get(id)).toBeDefined();
  });

  test('a hard delete leaves no tombstone: an older put is visible again', async () => {
    const id = freshId();
    await put(id, '2024-01-02T00:00:00Z');
    await remove(id, '2024-01-03T00:00:00Z', 'HardDelete');
    expect(await get(id)).toBeUndefined();
    await put(id, '2024-01-01T00:00:00Z');
    expect(await get(id)).toBeDefined();
  });

  test.each(['2024-01-02T00:00:00Z', '2024-01-01T00:00:00Z'])(
    'a hard delete at %s, not newer than the record, is refused and leaves no marker',
    async (at) => {
      const id = freshId();
      await put(id, '2024-01-02T00:00:00Z');
      await expect(remove(id, at, 'HardDelete')).rejects.toMatchObject({
        name: 'ValidationError',
        $metadata: { httpStatusCode: 400 },
      });
      expect(await offlineTimes(id)).toEqual(['2024-01-02T00:00:00Z']);
    },
  );

  test('a marker holds the identifier and the event time and nothing else', async () => {
    const id = freshId();
    await put(id, '2024-01-01T00:00:00Z', { count: '5', note: 'n' });
    await remove(id, '2024-01-02T00:00:00Z');
    await harness.drainNow();
    expect(await harness.offlineRows(`SELECT count, share, note, "at" FROM offline WHERE id = '${id}' AND is_deleted`)).toEqual([
      { count: null, share: null, note: null, at: '2024-01-02T00:00:00Z' },
    ]);
  });
});

describe('list', () => {
  test('pages through every live id once, with soft-deleted ones on request', async () => {
    await harness.createGroup('listed', { OfflineStoreConfig: undefined });
    const target = { FeatureGroupName: 'listed' };
    for (const id of ['a', 'b', 'c', 'd', 'é']) {
      await harness.runtime.send(new PutRecordCommand({ ...target, Record: values({ id, at: '2024-01-01T00:00:00Z' }) }));
    }
    await harness.runtime.send(
      new DeleteRecordCommand({ ...target, RecordIdentifierValueAsString: 'b', EventTime: '2024-01-02T00:00:00Z' }),
    );
    const listAll = async (more: object) => {
      const pages: string[][] = [];
      let NextToken: string | undefined;
      do {
        const page = await harness.runtime.send(new ListRecordsCommand({ ...target, MaxResults: 2, NextToken, ...more }));
        pages.push(page.RecordIdentifiers as string[]);
        NextToken = page.NextToken;
      } while (NextToken);
      return pages;
    };
    expect(await listAll({})).toEqual([
      ['a', 'c'],
      ['d', 'é'],
    ]);
    expect(await listAll({ IncludeSoftDeletedRecords: true })).toEqual([['a', 'b'], ['c', 'd'], ['é']]);
    await expect(harness.runtime.send(new ListRecordsCommand({ ...target, NextToken: 'made up' }))).rejects.toMatchObject({
      name: 'ValidationError',
    });
  });
});
