import { defineEntity, defineFeatureStore, defineGroup, defineView, integral, join } from '@tidemark/domain';
import { describe, expect, test } from 'vitest';
import { parseGetRequest, parsePostRequest } from './serve-request.ts';

const meter = defineEntity({ name: 'meter', key: { number: 'integral' } });
const patient = defineEntity({ name: 'patient', key: { id: 'string' }, sensitive: true });
const readings = defineGroup({ name: 'readings', entity: meter, features: { level: integral() } });
const visits = defineGroup({ name: 'visits', entity: patient, features: { count: integral() } });
const definitions = defineFeatureStore({
  groups: [readings, visits],
  sources: [],
  views: [
    defineView({
      name: 'alarm',
      keys: { number: 'integral' },
      joins: [join(readings, { key: { number: 'number' }, select: { level: 'level' } })],
    }),
    defineView({
      name: 'care',
      keys: { id: 'string' },
      joins: [join(visits, { key: { id: 'id' }, select: { visits: 'count' } })],
    }),
  ],
});

test('keys of a URL are typed as the view declares them', () => {
  expect(parseGetRequest(definitions, 'alarm', { number: '007', features: 'level' })).toMatchObject({
    rows: [{ number: 7 }],
    features: new Set(['level']),
  });
});

test('rows of a body keep their order', () => {
  expect(parsePostRequest(definitions, 'alarm', '{"rows":[{"number":2},{"number":1},{"number":2}]}').rows).toEqual([
    { number: 2 },
    { number: 1 },
    { number: 2 },
  ]);
});

test('the keys of a sensitive entity may not stand in a URL, but in a body', () => {
  expect(() => parseGetRequest(definitions, 'care', { id: 'p1' })).toThrow(
    expect.objectContaining({ code: 'REQUEST_SENSITIVE_KEY' }),
  );
  expect(parsePostRequest(definitions, 'care', '{"rows":[{"id":"p1"}]}').rows).toEqual([{ id: 'p1' }]);
});

describe('refused, and never with a value in the message', () => {
  const secret = 'f00dcafe';
  test.each([
    { why: 'no JSON', body: secret, code: 'REQUEST_MALFORMED' },
    { why: 'no object', body: `["${secret}"]`, code: 'REQUEST_MALFORMED' },
    { why: 'no rows', body: '{}', code: 'REQUEST_MALFORMED' },
    { why: 'empty rows', body: '{"rows":[]}', code: 'REQUEST_MALFORMED' },
    { why: 'a row that is no object', body: `{"rows":["${secret}"]}`, code: 'REQUEST_MALFORMED' },
    { why: 'a member that is not known', body: `{"rows":[{"number":1}],"${secret}":1}`, code: 'REQUEST_MALFORMED' },
    { why: 'no key', body: '{"rows":[{}]}', code: 'REQUEST_KEY_MISSING' },
    { why: 'a key that is not known', body: `{"rows":[{"number":1,"${secret}":1}]}`, code: 'REQUEST_KEY_UNKNOWN' },
    { why: 'a text for a number', body: `{"rows":[{"number":"${secret}"}]}`, code: 'REQUEST_KEY_WRONG_TYPE' },
    { why: 'a fraction', body: '{"rows":[{"number":1.5}]}', code: 'REQUEST_KEY_WRONG_TYPE' },
    { why: 'features that are no names', body: '{"rows":[{"number":1}],"features":[1]}', code: 'REQUEST_MALFORMED' },
    { why: 'a feature that is not known', body: `{"rows":[{"number":1}],"features":["${secret}"]}`, code: 'FEATURE_UNKNOWN' },
    {
      why: 'too many rows',
      body: JSON.stringify({ rows: Array.from({ length: 501 }, () => ({ number: 1 })) }),
      code: 'REQUEST_TOO_MANY_ROWS',
    },
  ])('$why', ({ body, code }) => {
    expect(() => parsePostRequest(definitions, 'alarm', body)).toThrow(
      expect.objectContaining({ code, message: expect.not.stringContaining(secret) }),
    );
  });

  test('an unknown view is not echoed', () => {
    expect(() => parseGetRequest(definitions, secret, {})).toThrow(
      expect.objectContaining({ code: 'VIEW_UNKNOWN', message: expect.not.stringContaining(secret) }),
    );
  });
});
