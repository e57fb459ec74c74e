/** The elements of a JSON array, one by one, from text in pieces: only the element at hand is in memory. */
import { type Json, parseJson } from '../asl/json.ts';
import { StatesError } from '../asl/states-error.ts';

export async function* readArrayElements(chunks: AsyncIterable<string>): AsyncGenerator<Json> {
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  let isClosed = false;
  let count = 0;
  let element = '';
  const finish = (): Json => {
    const text = element;
    element = '';
    count += 1;
    try {
      return parseJson(text);
    } catch {
      throw failure(`Element ${count} of the array is not JSON.`);
    }
  };

  for await (const chunk of chunks) {
    let start = 0;
    for (let i = 0; i < chunk.length; i += 1) {
      const char = chunk[i] as string;
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (char === '\\') isEscaped = true;
        else if (char === '"') inString = false;
      } else if (depth === 0) {
        if (!isClosed && char === '[') depth = 1;
        else if (!/[\s\uFEFF]/.test(char)) throw failure('The item source must be one JSON array.');
        start = i + 1;
      } else if (char === '"') inString = true;
      else if (char === '{' || char === '[') depth += 1;
      else if (char === '}' || (char === ']' && depth > 1)) depth -= 1;
      else if (depth === 1 && (char === ',' || char === ']')) {
        element += chunk.slice(start, i);
        start = i + 1;
        isClosed = char === ']';
        const isEmptyArray = isClosed && count === 0 && element.trim() === '';
        if (!isEmptyArray) yield finish();
        if (isClosed) depth = 0;
      }
    }
    if (depth > 0) element += chunk.slice(start);
  }
  if (!isClosed) throw failure('The JSON array of the item source does not end.');
}

function failure(reason: string): StatesError {
  return new StatesError('States.ItemReaderFailed', reason);
}
