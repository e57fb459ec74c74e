import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeAwsChunked } from './aws-chunked.ts';

/** Cuts `bytes` at arbitrary places, as a network does. */
function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...places, bytes.length].map((place, index) => bytes.subarray(places[index - 1] ?? 0, place));
}

async function* stream(pieces: readonly Buffer[]) {
  yield* pieces;
}

test('the payload and the trailers come out, wherever the network cuts', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 }),
      fc.array(fc.nat(1000), { maxLength: 20 }),
      fc.boolean(),
      async (chunks, cuts, signed) => {
        const signature = signed ? ';chunk-signature=0a' : '';
        const framed = Buffer.concat([
          ...chunks.flatMap((chunk) => [
            Buffer.from(`${chunk.length.toString(16)}${signature}\r\n`),
            Buffer.from(chunk),
            Buffer.from('\r\n'),
          ]),
          Buffer.from(`0${signature}\r\nX-Amz-Checksum-Crc32: abc=\r\nother:1\r\n\r\n`),
        ]);
        const trailers = new Map<string, string>();
        const out: Buffer[] = [];
        for await (const piece of decodeAwsChunked(stream(cut(framed, cuts)), trailers)) out.push(piece);
        expect(Buffer.concat(out).equals(Buffer.concat(chunks))).toBe(true);
        expect([...trailers]).toEqual([
          ['x-amz-checksum-crc32', 'abc='],
          ['other', '1'],
        ]);
      },
    ),
  );
});

test.each([
  ['a size that is none', 'zz\r\nab\r\n0\r\n\r\n'],
  ['a chunk longer than its size', '1\r\nab\r\n0\r\n\r\n'],
  ['an end in the middle', '5\r\nab'],
  ['a header without end', 'a'.repeat(9000)],
])('%s is refused', async (_what, text) => {
  const read = async () => {
    for await (const piece of decodeAwsChunked(stream([Buffer.from(text)]), new Map())) void piece;
  };
  await expect(read()).rejects.toMatchObject({ code: 'IncompleteBody' });
});
