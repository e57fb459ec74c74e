/** Items become the inputs of children: one each, or in batches `{"BatchInput": …, "Items": […]}`. */
import type { Json } from '../asl/json.ts';
import { PAYLOAD_LIMIT_BYTES, printPayload } from '../asl/payload-limit.ts';
import { fillTemplate, type Surroundings } from '../asl/payload-template.ts';
import { StatesError } from '../asl/states-error.ts';

export interface ChildInput {
  readonly text: string;
  readonly itemCount: number;
}

interface Batching {
  readonly mostItems: number | undefined;
  readonly mostBytes: number | undefined;
  readonly batchInput: Json | undefined;
  readonly input: Json;
  readonly surroundings: Surroundings;
}

export async function* singleItems(items: AsyncIterable<Json>): AsyncGenerator<ChildInput> {
  for await (const item of items) yield { text: printPayload(item, 'An item of the Map'), itemCount: 1 };
}

/** A batch is closed by whichever limit it meets first; none is ever larger than a payload may be. */
export async function* batchItems(items: AsyncIterable<Json>, batching: Batching): AsyncGenerator<ChildInput> {
  const { mostItems = Number.POSITIVE_INFINITY, batchInput, input, surroundings } = batching;
  const mostBytes = Math.min(batching.mostBytes ?? PAYLOAD_LIMIT_BYTES, PAYLOAD_LIMIT_BYTES);
  const head =
    batchInput === undefined
      ? '{"Items":['
      : `{"BatchInput":${JSON.stringify(fillTemplate(batchInput, input, surroundings))},"Items":[`;
  const emptyBytes = Buffer.byteLength(head) + ']}'.length;
  let texts: string[] = [];
  let sizeBytes = emptyBytes;
  const close = (): ChildInput => {
    const batch = { text: `${head}${texts.join(',')}]}`, itemCount: texts.length };
    texts = [];
    sizeBytes = emptyBytes;
    return batch;
  };
  for await (const item of items) {
    const text = printPayload(item, 'An item of the Map');
    const addedBytes = Buffer.byteLength(text) + 1;
    if (texts.length > 0 && (texts.length >= mostItems || sizeBytes + addedBytes > mostBytes)) yield close();
    if (emptyBytes + addedBytes > mostBytes) throw tooLarge(mostBytes);
    texts.push(text);
    sizeBytes += addedBytes;
  }
  if (texts.length > 0) yield close();
}

function tooLarge(mostBytes: number): StatesError {
  return new StatesError('States.DataLimitExceeded', `An item of the Map does not fit into a batch of ${mostBytes} bytes.`);
}
