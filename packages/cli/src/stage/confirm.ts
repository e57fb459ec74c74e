import { createInterface } from 'node:readline/promises';
import { TidemarkError } from '@tidemark/domain';

/** Asks a person. @throws REQUEST_MALFORMED where there is nobody to ask */
export async function confirm(question: string, isJson: boolean): Promise<boolean> {
  if (isJson || !process.stdin.isTTY) {
    throw new TidemarkError('REQUEST_MALFORMED', 'there is nobody to ask: add --yes to go on without a question', {
      field: 'yes',
    });
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await asking.question(`${question} [y/N] `)).trim());
  } finally {
    asking.close();
  }
}
