import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { deliveryOf } from './log-delivery.ts';

const eventOf = (messageType: string) => ({
  awslogs: {
    data: gzipSync(
      JSON.stringify({
        messageType,
        owner: '000000000000',
        logGroup: '/tidemark/dev/functions/serve-features',
        logStream: '2026/11/21/[$LATEST]0f',
        subscriptionFilters: ['feature-reads'],
        logEvents: [{ id: '1', timestamp: 1_700_000_000_000, message: '{"caller":"Zo\u00eb"}' }],
      }),
    ).toString('base64'),
  },
});

test('the lines of a delivery, under their stream', () => {
  expect(deliveryOf(eventOf('DATA_MESSAGE'))).toEqual({
    stream: '2026/11/21/[$LATEST]0f',
    lines: [{ timestampMs: 1_700_000_000_000, message: '{"caller":"Zo\u00eb"}' }],
  });
});

test('a message by which the service tries the way brings no line', () => {
  expect(deliveryOf(eventOf('CONTROL_MESSAGE')).lines).toEqual([]);
});
