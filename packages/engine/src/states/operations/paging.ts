/** Pages as Step Functions has them: maxResults up to 1,000 (0 and absence mean 100), and an opaque token. */
import { AwsError } from '../../wire/aws-error.ts';

const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 1_000;

interface PageRequest {
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

/** `load` is asked for one more than a page holds, to know whether there is another. */
export function readPage<T>(
  { maxResults, nextToken }: PageRequest,
  load: (limit: number, offset: number) => T[],
): { readonly items: T[]; readonly nextToken: string | undefined } {
  const size = maxResults || DEFAULT_PAGE;
  if (size < 0 || size > LARGEST_PAGE) throw new AwsError('ValidationException', `maxResults must be from 0 to ${LARGEST_PAGE}.`);
  const offset = nextToken === undefined ? 0 : parseToken(nextToken);
  const items = load(size + 1, offset);
  const hasMore = items.length > size;
  return { items: items.slice(0, size), nextToken: hasMore ? printToken(offset + size) : undefined };
}

function printToken(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString('base64url');
}

function parseToken(token: string): number {
  const match = /^offset:(\d{1,15})$/.exec(Buffer.from(token, 'base64url').toString());
  if (match === null) throw new AwsError('InvalidToken', `Invalid Token: '${token}'`);
  return Number(match[1]);
}
