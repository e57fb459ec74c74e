import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  ServiceUnavailableException,
} from '@aws-sdk/client-cloudwatch-logs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { createLogWriter } from './cloudwatch-log-writer.ts';

const logs = mockClient(CloudWatchLogsClient);
beforeEach(() => logs.reset());
const writer = createLogWriter(new CloudWatchLogsClient({ region: 'us-east-1' }), '/audit');

/** Half of what a call takes, in characters of two bytes. */
const HALF = 'é'.repeat((524_288 - 26) / 2);
const DAY_MS = 86_400_000;
const line = (timestampMs: number, message = 'x') => ({ timestampMs, message });
const sent = () => logs.commandCalls(PutLogEventsCommand).map(({ args }) => args[0].input.logEvents ?? []);
const notFound = new ResourceNotFoundException({ message: 'x', $metadata: {} });

test('lines go in order of time, those of one time as they came', async () => {
  logs.on(PutLogEventsCommand).resolves({});
  await writer.append('s', [line(2, 'b'), line(1, 'a'), line(2, 'c')]);
  expect(sent().map((batch) => batch.map(({ message }) => message))).toEqual([['a', 'b', 'c']]);
  await writer.append('s', []);
  expect(sent()).toHaveLength(1);
});

test.each([
  { why: '10,000 lines', lines: Array.from({ length: 10_001 }, () => line(1)), batches: [10_000, 1] },
  { why: 'a megabyte, 26 bytes for each line counted', lines: [line(1, HALF), line(1, HALF)], batches: [2] },
  { why: 'a byte more', lines: [line(1, HALF), line(1, `${HALF}x`)], batches: [1, 1] },
  { why: 'a day', lines: [line(0), line(DAY_MS), line(DAY_MS + 1)], batches: [2, 1] },
])('a call takes up to $why', async ({ lines, batches }) => {
  logs.on(PutLogEventsCommand).resolves({});
  await writer.append('s', lines);
  expect(sent().map(({ length }) => length)).toEqual(batches);
});

test('a stream that is not there is made, also when another made it meanwhile', async () => {
  logs.on(PutLogEventsCommand).rejectsOnce(notFound).resolves({});
  logs.on(CreateLogStreamCommand).rejects(new ResourceAlreadyExistsException({ message: 'x', $metadata: {} }));
  await writer.append('s', [line(1)]);
  expect(logs.commandCalls(CreateLogStreamCommand).map(({ args }) => args[0].input)).toEqual([
    { logGroupName: '/audit', logStreamName: 's' },
  ]);
  expect(sent()).toHaveLength(2);
});

test('a group that is not there is a fault', async () => {
  logs.on(PutLogEventsCommand).rejects(notFound);
  logs.on(CreateLogStreamCommand).rejects(notFound);
  await expect(writer.append('s', [line(1)])).rejects.toMatchObject({ code: 'DEPENDENCY_FAILED' });
});

test('lines that are refused as too old are a fault, never lost in silence', async () => {
  logs.on(PutLogEventsCommand).resolves({ rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1 } });
  await expect(writer.append('s', [line(1)])).rejects.toMatchObject({
    code: 'DEPENDENCY_FAILED',
    message: expect.stringContaining('tooOldLogEventEndIndex'),
  });
});

test('a service that fails is a fault of a dependency', async () => {
  logs.on(PutLogEventsCommand).rejects(new ServiceUnavailableException({ message: 'down', $metadata: { requestId: 'r-1' } }));
  await expect(writer.append('s', [line(1)])).rejects.toMatchObject({
    code: 'DEPENDENCY_FAILED',
    message: expect.stringContaining('r-1'),
  });
});
