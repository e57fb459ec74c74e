import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { Sha256 } from './sha256.ts';

const secret = new Uint8Array([7, 0, 255, 3]);

test.each([
  ['no secret', undefined, () => createHash('sha256')],
  ['text', 'secret', () => createHmac('sha256', 'secret')],
  ['bytes', secret, () => createHmac('sha256', secret)],
  ['the same bytes again', secret, () => createHmac('sha256', secret)],
  ['a part of other bytes', new Uint8Array([1, ...secret, 1]).subarray(1, 5), () => createHmac('sha256', secret)],
  ['a buffer', secret.buffer, () => createHmac('sha256', secret)],
])('with %s it gives what node:crypto gives, and once more after a reset', async (_, given, begin) => {
  const hash = new Sha256(given);
  for (let round = 0; round < 2; round++) {
    hash.update('text, ');
    hash.update(new Uint8Array([0, 128, 255]));
    expect(Buffer.from(await hash.digest())).toEqual(
      begin()
        .update('text, ')
        .update(Buffer.from([0, 128, 255]))
        .digest(),
    );
    hash.reset();
  }
});

test('two keys of the same length are two keys', async () => {
  const digest = async (key: Uint8Array) => Buffer.from(await new Sha256(key).digest()).toString('hex');
  const first = await digest(new Uint8Array([1]));
  expect(await digest(new Uint8Array([2]))).not.toBe(first);
  expect(await digest(new Uint8Array([1]))).toBe(first);
});
