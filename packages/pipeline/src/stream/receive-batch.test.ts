import {
  aggregate,
  column,
  decodeWindowState,
  defineEntity,
  defineFeatureStore,
  defineGroup,
  defineStream,
  defineStreamSource,
  defineWindowedGroup,
  evaluateWindows,
  field,
  integral,
  storedGroups,
  WINDOW_STATE_FEATURE,
} from '@tidemark/domain';
import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../memory-object-store.fixture.ts';
import type { OnlineRecord } from '../ports/feature-store.ts';
import { createMemoryFeatureStore } from './memory-feature-store.fixture.ts';
import { createBatchReceiver } from './receive-batch.ts';
import type { StreamRecord } from './stream-batch.ts';

const meter = defineEntity({ name: 'meter', key: { meter: 'string' } });
const load = defineWindowedGroup({
  name: 'load',
  entity: meter,
  fields: { watts: field.integer({ within: 10_000 }) },
  step: '1m',
  lateness: '1h',
  bounds: { events: 100, eventsPerStep: 20 },
  windows: { readings_1h: aggregate.count({ length: '1h' }), watts_1h: aggregate.sum('watts', { length: '1h' }) },
});
const latest = defineGroup({ name: 'latest', entity: meter, features: { watts: integral() } });
const columns = { id: column.text(), meter: column.text(), at: column.instant(), watts: column.integer(), kind: column.text() };
const readings = defineStream({ name: 'readings', partitionedBy: meter, columns });
const isReading = ({ kind }: { kind: string | null }) => kind === null;
const definitions = defineFeatureStore({
  groups: [load, latest],
  sources: [],
  views: [],
  streams: [readings],
  streamSources: [
    defineStreamSource({
      name: 'load',
      stream: readings,
      group: load,
      filter: isReading,
      map: ({ id, meter: code, at, watts }) => {
        if (watts === 666) throw new Error('a mapping of the user');
        if (watts === 777) return undefined as never;
        return { eventId: id, meter: code, eventTime: at, watts };
      },
    }),
    defineStreamSource({
      name: 'latest',
      stream: readings,
      group: latest,
      filter: isReading,
      map: ({ meter: code, at, watts }) => ({ meter: code, eventTime: at, watts }),
    }),
  ],
});
const catalogue = {
  version: 1,
  stage: 't',
  groups: Object.fromEntries(storedGroups(definitions).map(({ name }) => [name, { groupName: `t-${name}-v1`, version: 1 }])),
} as never;

const START = Date.parse('2026-01-31T09:00:00Z');
let sequence = 0;

/** A reading that is made a second before it arrives; each arrives a second after the one before. */
function reading(
  id: string,
  code: string,
  watts: unknown,
  changes: Partial<StreamRecord> & { atMs?: number; kind?: string } = {},
): StreamRecord {
  sequence++;
  const { atMs = START + sequence * 1_000 - 1_000, kind, ...others } = changes;
  const event = { id, meter: code, at: new Date(atMs).toISOString(), watts, ...(kind === undefined ? {} : { kind }) };
  return {
    sequenceNumber: String(1_000 + sequence),
    partitionKey: code,
    data: Buffer.from(JSON.stringify(event)),
    arrivedMs: START + sequence * 1_000,
    ...others,
  };
}

function receiverOver(store = createMemoryFeatureStore()) {
  const objects = createMemoryObjectStore();
  let nowMs = START;
  const sleep = async (ms: number) => {
    nowMs += ms;
  };
  const waiting = { nowMs: () => nowMs, sleep, random: () => 0.5 };
  const pace = { recordsPerSecond: 1_000_000, callsInFlight: 2 };
  const deps = { definitions, objects, catalogue: async () => catalogue, ledger: 'ledger', waiting, pace, ...store };
  const newReceiver = () => createBatchReceiver(deps);
  const receive = newReceiver();
  const windows = (code: string) => {
    const text = store.online.get(`t-load-v1/${code}`)?.values.get(WINDOW_STATE_FEATURE);
    return text === undefined ? undefined : evaluateWindows(load, decodeWindowState(load, String(text)), START + 10 * 60_000);
  };
  const lines = (prefix: string) =>
    [...objects.objects].flatMap(([key, body]) =>
      key.startsWith(`ledger/${prefix}`)
        ? Buffer.from(body)
            .toString()
            .trim()
            .split('\n')
            .map((line) => line)
        : [],
    );
  return {
    store,
    objects,
    windows,
    newReceiver,
    receive: (records: readonly StreamRecord[], by = receive) =>
      by({ streamName: 't-readings', shardId: 'shardId-000000000000', records }),
    refused: () =>
      lines('quarantine/').map((line) => JSON.parse(line) as { code: string; source?: string; sequenceNumber: string }),
    latest: (code: string) => store.online.get(`t-latest-v1/${code}`)?.values.get('watts'),
  };
}

beforeEach(() => {
  sequence = 0;
});

test('events go into the windows and the newest record of their entities, and into the history', async () => {
  const { store, receive, windows, latest: newest } = receiverOver();
  const answer = await receive([reading('1', 'a', 5), reading('2', 'b', 7), reading('3', 'a', 6, { atMs: START - 60_000 })]);
  expect(answer).toMatchObject({
    failedFrom: undefined,
    faults: [],
    evidence: { records: 3, groups: { load: { in: 3, accepted: 3 } } },
  });
  expect([windows('a'), windows('b')]).toEqual([
    { readings_1h: 2, watts_1h: 11 },
    { readings_1h: 1, watts_1h: 7 },
  ]);
  expect([newest('a'), newest('b')]).toEqual(['5', '7']);
  expect(store.history.map(({ groupName }) => groupName).sort()).toEqual([
    ...Array.from({ length: 3 }, () => 't-latest-v1'),
    ...Array.from({ length: 3 }, () => 't-load-events-v1'),
  ]);
});

test('each state is read and written once a batch, its history before it', async () => {
  const { store, receive } = receiverOver();
  await receive(Array.from({ length: 20 }, (_, at) => reading(`r${at}`, at % 2 === 0 ? 'a' : 'b', at)));
  expect(store.calls.read).toBe(1);
  const written = store.log.map(({ groupName }) => groupName);
  expect(written.filter((name) => name === 't-load-v1')).toHaveLength(2);
  expect(written.lastIndexOf('t-load-events-v1')).toBeLessThan(written.indexOf('t-load-v1'));
});

test('what is delivered again is recognised, by whatever instance', async () => {
  const { store, receive, newReceiver, windows } = receiverOver();
  const records = [reading('1', 'a', 5), reading('2', 'a', 7)];
  await receive(records);
  const before = [...store.online];
  const { evidence } = await receive(records, newReceiver());
  expect(evidence?.groups.load).toEqual({ in: 2, accepted: 0, duplicates: 2, quarantined: 0, late: 0 });
  expect(windows('a')).toEqual({ readings_1h: 2, watts_1h: 12 });
  expect([...store.online].filter(([id]) => id.startsWith('t-load'))).toEqual(before.filter(([id]) => id.startsWith('t-load')));
});

describe('a bad record waits in quarantine, and the batch goes on', () => {
  const text = (data: string): Partial<StreamRecord> => ({ data: Buffer.from(data) });
  test.each([
    { why: 'no UTF-8', bad: () => reading('x', 'a', 1, { data: Uint8Array.of(0xff) }), codes: ['ROW_UNDECODABLE'] },
    { why: 'no JSON', bad: () => reading('x', 'a', 1, text('{')), codes: ['ROW_NOT_JSON'] },
    { why: 'an unknown column', bad: () => reading('x', 'a', 1, text('{"volts":1}')), codes: ['ROW_UNKNOWN_COLUMN'] },
    { why: 'a wrong type', bad: () => reading('x', 'a', 'much'), codes: ['ROW_WRONG_TYPE'] },
    {
      why: 'more than 1 MB',
      bad: () => reading('x', 'a', 1, text(`{"id":"${'x'.repeat(1024 * 1024)}"}`)),
      codes: ['EVENT_TOO_LARGE'],
    },
    { why: 'an unknown type', bad: () => reading('x', 'a', 1, { kind: 'alarm' }), codes: ['EVENT_UNKNOWN_TYPE'] },
    { why: 'a mapping that throws', bad: () => reading('x', 'a', 666), codes: ['ROW_MAPPING_FAILED'] },
    { why: 'a mapping that returns nothing', bad: () => reading('x', 'a', 777), codes: ['ROW_MAPPING_FAILED'] },
    { why: 'JSON too deep to be read', bad: () => reading('x', 'a', 1, text('['.repeat(1_000_000))), codes: ['ROW_NOT_JSON'] },
    { why: 'no key', bad: () => reading('x', '', 1), codes: ['ROW_KEY_MISSING', 'ROW_KEY_MISSING'] },
    { why: 'no id', bad: () => reading('', 'a', 1), codes: ['EVENT_ID_MISSING'] },
    { why: 'another partition key', bad: () => reading('x', 'a', 1, { partitionKey: 'b' }), codes: ['EVENT_KEY_MISMATCH'] },
    {
      why: 'an event time too far ahead',
      bad: () => reading('x', 'a', 1, { atMs: START + 400_000 }),
      codes: ['EVENT_FUTURE', 'EVENT_FUTURE'],
    },
    { why: 'an event too late', bad: () => reading('x', 'a', 1, { atMs: START - 3_600_000 }), codes: ['EVENT_LATE'] },
    { why: 'an id of something else', bad: () => reading('1', 'a', 4_000), codes: ['EVENT_ID_CONFLICT'] },
  ])('$why: $codes', async ({ bad, codes }) => {
    const { receive, windows, refused } = receiverOver();
    const answer = await receive([reading('1', 'a', 5), bad(), reading('3', 'a', 6)]);
    expect(answer.failedFrom).toBeUndefined();
    expect(windows('a')).toEqual({ readings_1h: 2, watts_1h: 11 });
    expect(refused().map(({ code, sequenceNumber }) => [code, sequenceNumber])).toEqual(codes.map((code) => [code, '1002']));
    const reasons = Object.entries(answer.evidence?.reasons ?? {});
    expect(reasons).toEqual([[codes[0], codes.length]]);
  });

  test('the same batch delivered again leaves the same quarantine', async () => {
    const { receive, objects, refused } = receiverOver();
    const records = [reading('1', 'a', 5), reading('2', 'a', 'much'), reading('1', 'a', 6)];
    await receive(records);
    const before = [...objects.objects.keys()];
    await receive(records);
    expect([...objects.objects.keys()]).toEqual(before);
    expect(refused()).toHaveLength(2);
  });
});

describe('a dependency that fails', () => {
  const records = () => [
    reading('1', 'a', 1),
    reading('2', 'b', 2),
    reading('3', 'c', 'much'),
    reading('4', 'a', 4),
    reading('5', 'b', 5),
  ];

  test.each([
    { why: 'the history of an entity', group: 't-load-events-v1' },
    { why: 'the state of an entity', group: 't-load-v1' },
  ])(
    'where $why is not taken, the batch comes again from its first record; then everything is counted once',
    async ({ group }) => {
      const { store, receive, windows, refused } = receiverOver();
      const batch = records();
      store.refuse = ({ groupName, record }) => groupName === group && record.entityKey.startsWith('b');
      const failed = await receive(batch);
      expect(failed.failedFrom).toBe('1002');
      expect(failed.faults).toEqual([expect.stringMatching(/were not taken after 6 attempts/)]);
      expect(failed.evidence).toMatchObject({ records: 1, first: '1001', last: '1001' });
      expect(windows('b')).toBeUndefined();
      expect(refused()).toEqual([]);

      store.refuse = () => false;
      expect((await receive(batch.slice(1))).failedFrom).toBeUndefined();
      expect([windows('a'), windows('b')]).toEqual([
        { readings_1h: 2, watts_1h: 5 },
        { readings_1h: 2, watts_1h: 7 },
      ]);
      expect(refused().map(({ code }) => code)).toEqual(['ROW_WRONG_TYPE']);
    },
  );

  test('where nothing can be written, all of it comes again and nothing is counted', async () => {
    const { store, receive, objects } = receiverOver();
    store.refuse = () => true;
    const failed = await receive(records());
    expect([failed.failedFrom, failed.evidence, objects.objects.size]).toEqual(['1001', undefined, 0]);
  });

  test('a state that is older than what was written is read again', async () => {
    const { store, receive, windows } = receiverOver();
    await receive([reading('1', 'a', 1)]);
    store.staleReads.push(new Map(), new Map());
    const readsBefore = store.calls.read;
    expect((await receive([reading('2', 'a', 2)])).failedFrom).toBeUndefined();
    expect([windows('a'), store.calls.read - readsBefore]).toEqual([{ readings_1h: 2, watts_1h: 3 }, 3]);
  });

  test('a store that goes on answering with an older state fails the batch once, and is believed then', async () => {
    const { store, receive } = receiverOver();
    await receive([reading('1', 'a', 1)]);
    const again = [reading('2', 'a', 2)];
    for (let read = 0; read < 5; read++) store.staleReads.push(new Map());
    expect((await receive(again)).faults).toEqual([expect.stringMatching(/older state of group load than was written/)]);
    store.online.delete('t-load-v1/a');
    expect((await receive(again)).failedFrom).toBeUndefined();
  });

  test('a state of another definition fails its entity by name', async () => {
    const { store, receive } = receiverOver();
    const record = (text: string): OnlineRecord => ({
      groupName: 't-load-v1',
      entityKey: 'b',
      values: new Map([
        ['event_time', '2026-01-01T00:00:00.000Z'],
        [WINDOW_STATE_FEATURE, text],
      ]),
      expiresAt: undefined,
    });
    store.online.set('t-load-v1/b', record('1 otherone -'));
    const failed = await receive(records());
    expect([failed.failedFrom, failed.faults]).toEqual([
      '1002',
      [expect.stringMatching(/^WINDOW_STATE_INCOMPATIBLE: .*tidemark stream rebuild/)],
    ]);
  });
});

test('a stream that the definitions do not have is not received', async () => {
  const { newReceiver } = receiverOver();
  const receiving = newReceiver()({ streamName: 't-other', shardId: 's', records: [reading('1', 'a', 1)] });
  await expect(receiving).rejects.toMatchObject({ code: 'STREAM_UNKNOWN' });
});
