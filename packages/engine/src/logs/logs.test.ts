/** CloudWatch Logs through the real client. */
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  DescribeSubscriptionFiltersCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engineCredentials } from '../engine-credentials.ts';
import { createTestContext } from '../lambda/lambda.fixture.ts';
import { createEngineClock } from '../time/engine-clock.ts';
import { createWireServer, type WireServer } from '../wire/wire-server.ts';
import { createLogs, type Logs } from './logs.ts';

const NOW_MS = Date.UTC(2026, 0, 10, 12);
const DAY_MS = 86_400_000;
const logGroupName = '/tidemark/dev/audit';

let context: ReturnType<typeof createTestContext>;
let logs: Logs;
let wire: WireServer;
let client: CloudWatchLogsClient;

async function open() {
  logs = createLogs(context, { deliver: async () => {} });
  wire = createWireServer({ context, services: [logs.service], fallback: (_, response) => void response.writeHead(404).end() });
  const endpoint = `http://127.0.0.1:${await wire.listen(0)}`;
  client = new CloudWatchLogsClient({ endpoint, region: 'us-east-1', credentials: engineCredentials, maxAttempts: 1 });
}
async function close() {
  client.destroy();
  await wire.close();
  logs.stop();
}
beforeEach(async () => {
  context = createTestContext({ clock: createEngineClock(() => NOW_MS) });
  await open();
  logs.deploy([{ name: logGroupName, retentionDays: 7 }], []);
});
afterEach(async () => {
  await close();
  context[Symbol.dispose]();
});

const createStream = (logStreamName: string) => client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
const put = (logStreamName: string, ...events: readonly (readonly [timestamp: number, message: string])[]) =>
  client.send(
    new PutLogEventsCommand({
      logGroupName,
      logStreamName,
      logEvents: events.map(([timestamp, message]) => ({ timestamp, message })),
    }),
  );
const filter = async (input: Partial<ConstructorParameters<typeof FilterLogEventsCommand>[0]> = {}) => {
  const answer = await client.send(new FilterLogEventsCommand({ logGroupName, ...input }));
  return { messages: answer.events?.map(({ message }) => message), nextToken: answer.nextToken };
};

test('what was put into streams of a group is read back in order of time, also after a restart', async () => {
  await createStream('2026/a[$LATEST]1');
  await createStream('b');
  await put('2026/a[$LATEST]1', [NOW_MS - 2, 'first'], [NOW_MS, 'third']);
  await put('b', [NOW_MS - 1, 'zweite Zeile: Zürich']);
  await close();
  await open();
  const { events } = await client.send(new FilterLogEventsCommand({ logGroupName }));
  expect(events).toMatchObject([
    { logStreamName: '2026/a[$LATEST]1', timestamp: NOW_MS - 2, message: 'first', ingestionTime: NOW_MS },
    { logStreamName: 'b', timestamp: NOW_MS - 1, message: 'zweite Zeile: Zürich' },
    { timestamp: NOW_MS, message: 'third' },
  ]);
  expect(events?.every(({ eventId }) => /^\d{56}$/.test(eventId ?? ''))).toBe(true);
});

describe('FilterLogEvents', () => {
  beforeEach(async () => {
    await createStream('a1');
    await createStream('b1');
    await put(
      'a1',
      [NOW_MS - 3, '{"kind":"read","n":1}'],
      [NOW_MS - 2, '{"kind":"other"}'],
      [NOW_MS - 1, '{"kind":"read","n":2}'],
    );
    await put('b1', [NOW_MS, 'plain']);
  });

  test.each([
    { why: 'a pattern', input: { filterPattern: '{ $.kind = "read" }' }, found: 2 },
    { why: 'both ends of the range included', input: { startTime: NOW_MS - 2, endTime: NOW_MS - 1 }, found: 2 },
    { why: 'streams by name', input: { logStreamNames: ['b1'] }, found: 1 },
    { why: 'streams by prefix', input: { logStreamNamePrefix: 'a' }, found: 3 },
    { why: 'nothing', input: { startTime: NOW_MS + 1 }, found: 0 },
  ])('goes by $why', async ({ input, found }) => {
    expect((await filter(input)).messages).toHaveLength(found);
  });

  test('gives pages whose tokens go on where they ended, in either direction', async () => {
    const [first, latest] = [await filter({ limit: 3 }), await filter({ limit: 3, startFromHead: false })];
    expect(first.messages).toHaveLength(3);
    expect(await filter({ limit: 3, nextToken: first.nextToken })).toEqual({ messages: ['plain'], nextToken: undefined });
    expect(latest.messages?.[0]).toBe('plain');
    expect((await filter({ limit: 3, nextToken: latest.nextToken })).messages).toEqual(['{"kind":"read","n":1}']);
  });
});

test('GetLogEvents gives the newest first unless told otherwise, and its tokens stand still at the ends', async () => {
  await createStream('a');
  await put('a', [NOW_MS - 2, '1'], [NOW_MS - 1, '2'], [NOW_MS, '3']);
  const get = async (input: Partial<ConstructorParameters<typeof GetLogEventsCommand>[0]> = {}) => {
    const answer = await client.send(new GetLogEventsCommand({ logGroupName, logStreamName: 'a', limit: 2, ...input }));
    return { ...answer, messages: answer.events?.map(({ message }) => message) };
  };
  const newest = await get();
  expect(newest.messages).toEqual(['2', '3']);
  const older = await get({ nextToken: newest.nextBackwardToken });
  expect(older.messages).toEqual(['1']);
  const end = await get({ nextToken: older.nextBackwardToken });
  expect([end.messages, end.nextBackwardToken]).toEqual([[], older.nextBackwardToken]);
  const head = await get({ startFromHead: true });
  expect((await get({ startFromHead: true, nextToken: head.nextForwardToken })).messages).toEqual(['3']);
  expect((await get({ endTime: NOW_MS })).messages).toEqual(['1', '2']);
});

test('groups and streams are described', async () => {
  await createStream('b');
  await createStream('a');
  await put('b', [NOW_MS - 5, 'x'], [NOW_MS - 4, 'y']);
  const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/tidemark/' }));
  expect(logGroups).toMatchObject([{ logGroupName, retentionInDays: 7, logGroupClass: 'STANDARD', creationTime: NOW_MS }]);
  const { logStreams, nextToken } = await client.send(new DescribeLogStreamsCommand({ logGroupName, limit: 1 }));
  expect(logStreams?.map(({ logStreamName }) => logStreamName)).toEqual(['a']);
  const rest = await client.send(new DescribeLogStreamsCommand({ logGroupName, nextToken }));
  expect(rest.logStreams).toMatchObject([
    { logStreamName: 'b', firstEventTimestamp: NOW_MS - 5, lastEventTimestamp: NOW_MS - 4 },
  ]);
});

test('events outside of what a group takes are refused by their place in the batch, the others kept', async () => {
  await createStream('a');
  const { rejectedLogEventsInfo } = await put(
    'a',
    [NOW_MS - 15 * DAY_MS, 'old'],
    [NOW_MS - 8 * DAY_MS, 'past'],
    [NOW_MS, 'kept'],
  );
  expect(rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1, expiredLogEventEndIndex: 2 });
  expect((await put('a', [NOW_MS, 'kept'], [NOW_MS + 3 * 3_600_000, 'future'])).rejectedLogEventsInfo).toEqual({
    tooNewLogEventStartIndex: 1,
  });
  expect((await filter()).messages).toEqual(['kept', 'kept']);
});

test('what outlives its retention can be read no more', async () => {
  await createStream('a');
  await put('a', [NOW_MS, 'x']);
  context.clock.advance(7 * DAY_MS);
  expect((await filter()).messages).toEqual(['x']);
  context.clock.advance(1);
  expect((await filter()).messages).toEqual([]);
});

describe('a batch is refused', () => {
  beforeEach(() => createStream('a'));
  test.each([
    {
      why: 'that goes back in time',
      events: [
        [NOW_MS, 'x'],
        [NOW_MS - 1, 'y'],
      ],
      says: 'chronological order',
    },
    {
      why: 'of more than a day',
      events: [
        [NOW_MS - DAY_MS - 1, 'x'],
        [NOW_MS, 'y'],
      ],
      says: '24 hours',
    },
    { why: 'without events', events: [], says: '1 to 10000' },
    { why: 'of 10,001 events', events: Array.from({ length: 10_001 }, () => [NOW_MS, 'x']), says: '1 to 10000' },
    {
      why: 'a byte too large, 26 for each event counted',
      events: Array.from({ length: 2 }, (_, at) => [NOW_MS, 'x'.repeat(524_288 - 26 + at)]),
      says: '1048577 bytes exceeds limit of 1048576',
    },
    { why: 'with an empty line', events: [[NOW_MS, '']], says: 'must not be empty' },
  ] as { why: string; events: [number, string][]; says: string }[])('$why', async ({ events, says }) => {
    await expect(put('a', ...events)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining(says),
    });
    expect((await filter()).messages).toEqual([]);
  });
});

test('what is not there, is there already, or is not spoken is refused by its name', async () => {
  const group = { logGroupName: '/none', logStreamName: 'a' };
  await expect(client.send(new CreateLogStreamCommand(group))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(put('none', [NOW_MS, 'x'])).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'The specified log stream does not exist.',
  });
  await createStream('a');
  await expect(createStream('a')).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
  await expect(createStream('a:b')).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(filter({ nextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(client.send(new DescribeSubscriptionFiltersCommand({ logGroupName }))).rejects.toMatchObject({
    name: 'UnknownOperationException',
  });
});
