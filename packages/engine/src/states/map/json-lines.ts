import { type Json, parseJson } from '../asl/json.ts';
import { StatesError } from '../asl/states-error.ts';

/** One JSON value per line; empty lines are passed over. @throws StatesError naming the line */
export async function* readJsonLines(chunks: AsyncIterable<string>): AsyncGenerator<Json> {
  let rest = '';
  let number = 0;
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) {
      number += 1;
      if (line.trim() !== '') yield parseLine(line, number);
    }
  }
  if (rest.trim() !== '') yield parseLine(rest, number + 1);
}

function parseLine(line: string, number: number): Json {
  try {
    return parseJson(number === 1 ? line.replace(/^\uFEFF/, '') : line);
  } catch {
    throw new StatesError('States.ItemReaderFailed', `Line ${number} of the item source is not JSON.`);
  }
}
