import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestContext } from '../lambda/lambda.fixture.ts';
import { createEngineClock } from '../time/engine-clock.ts';
import { createSubscriptions, type Subscriptions } from './subscriptions.ts';

const NOW_MS = Date.UTC(2026, 0, 10, 12);
const GROUP = '/tidemark/dev/functions/serve';
const read = (id: number) => JSON.stringify({ kind: 'read', id });

let context: ReturnType<typeof createTestContext>;
let delivered: { arn: string; message: { logStream: string; logEvents: { id: string; message: string }[] } }[];
let subscriptions: Subscriptions;

function open(changes: Partial<typeof context> = {}) {
  context = createTestContext({ clock: createEngineClock(() => NOW_MS), ...changes });
  delivered = [];
  subscriptions = createSubscriptions(context, async (arn, event) => {
    const { data } = (event as { awslogs: { data: string } }).awslogs;
    delivered.push({ arn, message: JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString()) });
  });
  subscriptions.deploy([{ name: 'reads', logGroup: GROUP, pattern: '{ $.kind = "read" }', functionName: 'keep' }]);
}
beforeEach(() => open());
afterEach(() => context[Symbol.dispose]());

test('matching lines of two seconds come together, a message a stream, in the form that the service sends', () => {
  subscriptions.capture(GROUP, 'a', read(1));
  subscriptions.capture(GROUP, 'a', '{"kind":"other"}');
  subscriptions.capture(GROUP, 'b', read(2));
  subscriptions.capture('/another', 'a', read(3));
  subscriptions.capture(GROUP, 'a', read(4));
  expect(delivered).toEqual([]);
  expect(subscriptions.isBusy()).toBe(true);
  context.clock.advance(2_000);
  expect(subscriptions.isBusy()).toBe(false);
  expect(delivered).toMatchObject([
    {
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:keep',
      message: {
        messageType: 'DATA_MESSAGE',
        owner: '000000000000',
        logGroup: GROUP,
        logStream: 'a',
        subscriptionFilters: ['reads'],
        logEvents: [
          { timestamp: NOW_MS, message: read(1) },
          { timestamp: NOW_MS, message: read(4) },
        ],
      },
    },
    { message: { logStream: 'b', logEvents: [{ message: read(2) }] } },
  ]);
  const ids = delivered.flatMap(({ message }) => message.logEvents.map(({ id }) => id));
  expect(new Set(ids).size).toBe(3);
});

test('a million characters do not wait', () => {
  const line = JSON.stringify({ kind: 'read', text: 'x'.repeat(200_000) });
  for (let count = 0; count < 5; count += 1) subscriptions.capture(GROUP, 'a', line);
  expect(delivered.map(({ message }) => message.logEvents.length)).toEqual([5]);
});

test('what does not get small enough goes in parts', () => {
  const line = () => JSON.stringify({ kind: 'read', text: randomBytes(150_000).toString('base64') });
  const lines = Array.from({ length: 5 }, line);
  for (const one of lines) subscriptions.capture(GROUP, 'a', one);
  expect(delivered.flatMap(({ message }) => message.logEvents.map((event) => event.message))).toEqual(lines);
  expect(delivered.map(({ message }) => message.logEvents.length)).toEqual([3, 2]);
});

test('flush delivers what waits, once', () => {
  subscriptions.capture(GROUP, 'a', read(1));
  subscriptions.flush();
  subscriptions.flush();
  context.clock.advance(2_000);
  expect(delivered).toHaveLength(1);
});

test('the harsh profile delivers some twice, with the same ids', () => {
  open({ settings: { ...context.settings, logRedeliverShare: 1 } });
  subscriptions.capture(GROUP, 'a', read(1));
  subscriptions.flush();
  expect(delivered).toHaveLength(2);
  expect(delivered[0]).toEqual(delivered[1]);
});

test('a pattern that is not known changes nothing', () => {
  const unknown = { name: 'x', logGroup: GROUP, pattern: '[a, b]', functionName: 'keep' };
  expect(() => subscriptions.deploy([unknown])).toThrow('does not know');
  subscriptions.capture(GROUP, 'a', read(1));
  expect(subscriptions.isBusy()).toBe(true);
});
