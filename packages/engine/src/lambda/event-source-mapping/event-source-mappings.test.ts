import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccess } from '../../iam/access.ts';
import { call, makeStream, mergeSome, putTexts, splitSome } from '../../kinesis/direct.fixture.ts';
import { profiles } from '../../settings.ts';
import {
  failedFrom,
  failure,
  type KinesisEvent,
  mappingSpec,
  START_MS,
  STREAM,
  shardOf,
  startTestMappings,
  textsOf,
  turn,
} from './mappings.fixture.ts';

const HOUR_MS = 3_600_000;
const SHARD_0 = 'shardId-000000000000';

let test: ReturnType<typeof startTestMappings>;

beforeEach(async () => {
  test = startTestMappings();
  await makeStream(test.kinesis, STREAM, 1);
});
afterEach(() => test.close());

const put = (...texts: string[]) =>
  putTexts(
    test.kinesis,
    STREAM,
    texts.map((text) => ({ text })),
  );
const deploy = (changes: Parameters<typeof mappingSpec>[0] = {}) => {
  const lines = test.mappings.deploy(mappingSpec(changes));
  test.mappings.start();
  return lines;
};
const seen = () => test.events.map((event) => textsOf(event).join(''));

describe('a batch', () => {
  it('is the event that Lambda gives', async () => {
    const [a] = await put('a');
    deploy();
    await test.settle();
    expect(test.events).toEqual([
      {
        Records: [
          {
            kinesis: {
              kinesisSchemaVersion: '1.0',
              partitionKey: 'key',
              sequenceNumber: a?.sequenceNumber,
              data: 'YQ==',
              approximateArrivalTimestamp: START_MS / 1000,
            },
            eventSource: 'aws:kinesis',
            eventVersion: '1.0',
            eventID: `${SHARD_0}:${a?.sequenceNumber}`,
            eventName: 'aws:kinesis:record',
            invokeIdentityArn: 'arn:aws:iam::000000000000:role/stream-received',
            awsRegion: 'us-east-1',
            eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/departures',
          },
        ],
      },
    ]);
  });

  it('has at most so many records, and at most 6 MB of JSON', async () => {
    await put(...'abcdefg');
    deploy({ batchSize: 3 });
    await test.settle();
    expect(seen()).toEqual(['abc', 'def', 'g']);
    for (let at = 0; at < 10; at += 1) await put('x'.repeat(1_000_000));
    await test.settle();
    for (const event of test.events) expect(JSON.stringify(event).length).toBeLessThan(6_291_456);
    expect(test.events.flatMap(textsOf)).toHaveLength(17);
  });

  it('waits for its window, in the engine’s time, or until it is full', async () => {
    deploy({ batchSize: 3, maximumBatchingWindowMs: 5_000 });
    await put('a');
    await turn();
    await put('b');
    test.context.clock.advance(4_999);
    await turn();
    expect(seen()).toEqual([]);
    test.context.clock.advance(1);
    await turn();
    expect(seen()).toEqual(['ab']);
    await put(...'cde');
    await turn();
    expect(seen()).toEqual(['ab', 'cde']);
  });

  it('comes with the age of its last record', async () => {
    await put('a');
    test.context.clock.advance(7_000);
    deploy();
    await test.settle();
    expect(test.ages).toEqual([{ shardId: SHARD_0, ageMs: 7_000 }]);
  });
});

describe('the starting position', () => {
  it.each([
    ['TRIM_HORIZON' as const, ['ab', 'c']],
    ['LATEST' as const, ['c']],
    [{ atMs: START_MS + 10_000 }, ['b', 'c']],
  ])('%j', async (startingPosition, expected) => {
    await put('a');
    test.context.clock.advance(10_000);
    await put('b');
    test.mappings.deploy(mappingSpec({ startingPosition }));
    // Fixed when the mapping is made, so a restart before its first batch changes nothing.
    await test.crash();
    await test.settle();
    await put('c');
    await test.settle();
    expect(seen()).toEqual(expected);
  });

  it('is for the shards that were there; children are read from their beginning', async () => {
    await put('a');
    deploy({ startingPosition: 'LATEST', enabled: false });
    await put('b');
    await splitSome(test.kinesis, STREAM, 0, 0.5);
    await putTexts(test.kinesis, STREAM, [
      { text: 'c', hash: 0 },
      { text: 'd', hash: 0.9 },
    ]);
    deploy({ startingPosition: 'LATEST', enabled: true });
    await test.settle();
    expect(seen()[0]).toBe('b');
    expect(seen().slice(1).sort()).toEqual(['c', 'd']);
  });
});

describe('an answer with item failures', () => {
  it('brings everything from the lowest failed record again', async () => {
    const placed = await put(...'abcdef');
    let calls = 0;
    test.handler = () => {
      calls += 1;
      return calls === 1 ? failedFrom(placed[4]?.sequenceNumber, placed[2]?.sequenceNumber) : null;
    };
    deploy();
    await test.settle();
    expect(seen()).toEqual(['abcdef', 'cdef']);
  });

  it.each([
    ['of no record of the batch', failedFrom('49')],
    ['that is empty', failedFrom('')],
    ['that is null', failedFrom(null)],
    ['under a wrong name', { batchItemFailures: [{ itemIdentifer: 'x' }] }],
    ['in no list', { batchItemFailures: 'x' }],
    ['no object', 'done'],
  ])('with an identifier %s fails the whole batch', async (_, answer) => {
    await put(...'ab');
    test.handler = () => (test.events.length === 0 ? answer : {});
    deploy();
    await test.settle();
    expect(seen()).toEqual(['ab', 'ab']);
  });

  it.each([[null], [{}], [{ batchItemFailures: null }], [{ batchItemFailures: [] }]])(
    '%j means that all is well',
    async (answer) => {
      await put(...'ab');
      test.handler = () => answer;
      deploy();
      await test.settle();
      expect(seen()).toEqual(['ab']);
    },
  );

  it('is ignored where the mapping does not take it', async () => {
    const placed = await put(...'ab');
    test.handler = () => failedFrom(placed[0]?.sequenceNumber);
    deploy({ reportBatchItemFailures: false });
    await test.settle();
    expect(seen()).toEqual(['ab']);
  });
});

describe('a batch that fails', () => {
  it('holds its shard up, and no other, until it succeeds', async () => {
    await splitSome(test.kinesis, STREAM, 0, 0.5);
    await putTexts(test.kinesis, STREAM, [
      { text: 'bad', hash: 0 },
      { text: 'good', hash: 0.9 },
    ]);
    let isBroken = true;
    test.handler = (event) => (isBroken && textsOf(event).includes('bad') ? failure() : null);
    deploy();
    await turn();
    await putTexts(test.kinesis, STREAM, [{ text: 'next', hash: 0 }]);
    for (let minutes = 0; minutes < 10; minutes += 1) {
      test.context.clock.advance(60_000);
      await turn();
    }
    expect(seen().filter((text) => text === 'good')).toHaveLength(1);
    expect(seen()).not.toContain('next');
    expect(test.mappings.isBusy()).toBe(true);
    isBroken = false;
    await test.settle();
    expect(seen().slice(-2)).toEqual(['bad', 'next']);
  });

  it('is given up after its retries, with its payload in the failure destination', async () => {
    await put(...'ab');
    test.handler = (event) => (textsOf(event).includes('a') ? failure() : null);
    deploy({ maximumRetryAttempts: 2 });
    await test.settle();
    await put('c');
    await test.settle();
    expect(seen()).toEqual(['ab', 'ab', 'ab', 'c']);
    expect(test.discarded).toHaveLength(1);
    const [{ key, record } = { key: '', record: undefined }] = test.discarded;
    const uuid = test.mappings.all()[0]?.row().uuid;
    expect(key).toMatch(
      new RegExp(`^ledger/stream-failures/aws/lambda/${uuid}/${SHARD_0}/2026/01/05/2026-01-05T10\\.00\\.\\d\\d-[0-9a-f-]{36}$`),
    );
    expect(record).toMatchObject({
      version: '1.0',
      requestContext: {
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 3,
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:stream-received',
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      KinesisBatchInfo: {
        shardId: SHARD_0,
        batchSize: 2,
        approximateArrivalOfFirstRecord: new Date(START_MS).toISOString(),
        streamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/departures',
      },
    });
    expect(textsOf(JSON.parse(record?.payload ?? '') as KinesisEvent)).toEqual(['a', 'b']);
  });

  it('is split in two until the bad record is alone', async () => {
    await put(...'abcdefgh');
    test.handler = (event) => (textsOf(event).includes('f') ? failure() : null);
    deploy({ bisectBatchOnFunctionError: true, maximumRetryAttempts: 0 });
    await test.settle();
    expect(seen()).toEqual(['abcdefgh', 'abcd', 'efgh', 'ef', 'e', 'f', 'gh']);
    expect(test.discarded.map(({ record }) => record.KinesisBatchInfo.batchSize)).toEqual([1]);
  });

  it('is split at the reported record, which costs no retry', async () => {
    const placed = await put(...'abcd');
    test.handler = (event) => (textsOf(event).includes('c') ? failedFrom(placed[2]?.sequenceNumber) : null);
    deploy({ bisectBatchOnFunctionError: true, maximumRetryAttempts: 0 });
    await test.settle();
    expect(seen()).toEqual(['abcd', 'cd', 'c', 'd']);
    expect(test.discarded.map(({ record }) => record.responseContext)).toEqual([{ statusCode: 200, executedVersion: '$LATEST' }]);
  });

  it('is given up when its records are too old, those first that are', async () => {
    await put('a');
    test.context.clock.advance(50_000);
    await put('b');
    test.handler = () => failure();
    deploy({ maximumRecordAgeMs: 60_000 });
    await turn();
    test.context.clock.advance(30_000);
    await turn();
    test.handler = () => null;
    await test.settle();
    expect(test.discarded.map(({ record }) => [record.requestContext.condition, record.KinesisBatchInfo.batchSize])).toEqual([
      ['RecordAgeExceeded', 1],
    ]);
    expect(seen().at(-1)).toBe('b');
  });

  it('is given up when the stream keeps its records no longer', async () => {
    await put('a');
    test.handler = () => failure();
    deploy();
    await turn();
    test.context.clock.advance(24 * HOUR_MS);
    await test.settle();
    expect(textsOf(JSON.parse(test.discarded[0]?.record.payload ?? ''))).toEqual(['a']);
    expect(test.discarded[0]?.record.requestContext.condition).toBe('RecordAgeExceeded');
  });

  it('waits for a failure destination that is not there', async () => {
    await put('a');
    test.handler = () => failure();
    test.bucketIsMissing = true;
    deploy({ maximumRetryAttempts: 0 });
    for (let at = 0; at < 5; at += 1) {
      await turn();
      test.context.clock.advance(60_000);
    }
    expect(test.mappings.isBusy()).toBe(true);
    test.bucketIsMissing = false;
    await test.settle();
    expect(test.discarded).toHaveLength(1);
    expect(test.context.logged.join()).toContain('the failure destination refused 1 records');
  });

  it('is kept with the rights that the role has at that moment', async () => {
    const access = createAccess(test.context);
    const allowing = (...Action: string[]) =>
      access.deploy({
        buckets: [],
        roles: [
          { name: 'reader', policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] }] },
        ],
      });
    allowing('kinesis:*');
    await test.close();
    test = startTestMappings({}, { access, roleOf: () => 'reader' });
    await makeStream(test.kinesis, STREAM, 1);
    await put('a');
    test.handler = () => failure();
    deploy({ maximumRetryAttempts: 0 });
    for (let at = 0; at < 5; at += 1) {
      await turn();
      test.context.clock.advance(60_000);
    }
    expect(test.mappings.isBusy()).toBe(true);
    expect(test.discarded).toEqual([]);
    allowing('kinesis:*', 's3:ListBucket', 's3:PutObject');
    await test.settle();
    expect(test.discarded).toHaveLength(1);
  });

  it('is tried again, at no cost, when the function could not be invoked', async () => {
    await put('a');
    let calls = 0;
    test.handler = () => {
      calls += 1;
      if (calls < 5) throw new Error('Function not found');
      return null;
    };
    deploy({ maximumRetryAttempts: 0 });
    await test.settle();
    expect(seen()).toEqual(['a']);
    expect(test.discarded).toEqual([]);
  });
});

describe('shards', () => {
  it('are read in parallel, children after all of their parents', async () => {
    const first = await putTexts(test.kinesis, STREAM, [{ text: 'root' }]);
    await splitSome(test.kinesis, STREAM, 0, 0.5);
    await putTexts(test.kinesis, STREAM, [
      { text: 'low', hash: 0.1 },
      { text: 'high', hash: 0.9 },
    ]);
    await mergeSome(test.kinesis, STREAM, 0);
    await put('merged');
    const release = Promise.withResolvers<void>();
    const begun: string[] = [];
    test.handler = async (event) => {
      begun.push(textsOf(event).join());
      if (textsOf(event).includes('high')) await release.promise;
    };
    deploy();
    for (let at = 0; at < 5; at += 1) await turn();
    expect(begun[0]).toBe('root');
    expect(begun.slice(1).sort()).toEqual(['high', 'low']);
    release.resolve();
    await test.settle();
    expect(begun.at(-1)).toBe('merged');
    expect(first).toHaveLength(1);
    expect(new Set(test.events.map(shardOf)).size).toBe(4);
  });

  it('that come while the mapping works are found', async () => {
    deploy();
    await put('a');
    await test.settle();
    await splitSome(test.kinesis, STREAM, 0, 0.5);
    await putTexts(test.kinesis, STREAM, [
      { text: 'b', hash: 0 },
      { text: 'c', hash: 0.9 },
    ]);
    await test.settle();
    expect(seen().sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('pausing', () => {
  it('ends the batch that is with the function, keeps its checkpoint, and begins no other', async () => {
    const release = Promise.withResolvers<void>();
    test.handler = () => release.promise;
    deploy({ batchSize: 1 });
    await put(...'ab');
    await turn();
    const [mapping] = test.mappings.all();
    if (!mapping) throw new Error('no mapping');
    test.mappings.update(mapping, mapping.row().spec, false);
    expect(mapping.state()).toBe('Disabling');
    release.resolve();
    await turn();
    expect(mapping.state()).toBe('Disabled');
    expect(test.mappings.isBusy()).toBe(false);
    await test.crash();
    await turn();
    expect(seen()).toEqual(['a']);

    const [reopened] = test.mappings.all();
    if (!reopened) throw new Error('no mapping');
    expect(test.mappings.deploy(mappingSpec({ batchSize: 1 }))).toEqual([]);
    expect(reopened.state()).toBe('Disabled');
    test.mappings.update(reopened, reopened.row().spec, true);
    await test.settle();
    expect(seen()).toEqual(['a', 'b']);
  });

  it('ends the wait of a batch that is retried', async () => {
    test.handler = () => failure();
    deploy();
    await put('a');
    await turn();
    const [mapping] = test.mappings.all();
    if (!mapping) throw new Error('no mapping');
    test.mappings.update(mapping, mapping.row().spec, false);
    await turn();
    expect(mapping.state()).toBe('Disabled');
    expect(seen()).toEqual(['a']);
  });
});

describe('a redelivery', () => {
  it('brings a batch again whose checkpoint was lost, with what has come since', async () => {
    await test.close();
    test = startTestMappings({ settings: { ...profiles.default, streamRedeliverShare: 1 } });
    await makeStream(test.kinesis, STREAM, 1);
    deploy({ batchSize: 4 });
    test.handler = () => (test.events.length === 0 ? put('c').then(() => null) : null);
    await put(...'ab');
    await test.settle();
    expect(seen()).toEqual(['ab', 'abc']);
    await put('d');
    await test.settle();
    expect(seen()).toEqual(['ab', 'abc', 'd', 'd']);
  });
});

describe('a deployment', () => {
  it('makes a mapping once, changes it, and refuses what would begin anew', () => {
    expect(deploy()).toEqual(['event source mapping departures-received created']);
    expect(deploy()).toEqual([]);
    expect(deploy({ batchSize: 7 })).toEqual(['event source mapping departures-received updated']);
    expect(() => deploy({ startingPosition: 'LATEST' })).toThrow('startingPosition cannot change');
    expect(() => test.mappings.deploy(mappingSpec({ name: 'other', streamName: 'absent' }))).toThrow('there is no stream absent');
  });

  it('of a mapping whose stream was deleted and made again does nothing', async () => {
    deploy();
    await put('a');
    await test.settle();
    await call(test.kinesis, 'DeleteStream', { StreamName: STREAM });
    await makeStream(test.kinesis, STREAM, 1);
    await put('b');
    await test.settle();
    await turn();
    expect(seen()).toEqual(['a']);
  });
});
