import type { EngineContext } from '../engine-context.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { LogGroup, LogStore, LogStream } from './log-store.ts';

export const invalid = (message: string) => new AwsError('InvalidParameterException', message);

export interface NamesGroup {
  readonly logGroupName?: string | undefined;
  /** Name or ARN. */
  readonly logGroupIdentifier?: string | undefined;
}

export const logGroupArn = ({ region, account }: EngineContext, name: string): string =>
  `arn:aws:logs:${region}:${account}:log-group:${name}`;

export function requireGroup(store: LogStore, { logGroupName, logGroupIdentifier }: NamesGroup): LogGroup {
  if ((logGroupName === undefined) === (logGroupIdentifier === undefined))
    throw invalid('Specify either logGroupName or logGroupIdentifier.');
  const name = logGroupName ?? logGroupIdentifier?.replace(/^arn:aws:logs:[^:]*:\d*:log-group:/, '') ?? '';
  const group = store.group(name);
  if (group === undefined) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
  return group;
}

export function requireStream(store: LogStore, group: LogGroup, name: string | undefined): LogStream {
  const stream = store.stream(group, name ?? '');
  if (stream === undefined) throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
  return stream;
}

/** 1 to `most`, which is also what it is when it is not given. */
export function limitOf(limit: number | undefined, most: number): number {
  const value = limit ?? most;
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw invalid(`1 validation error detected: limit must be between 1 and ${most}.`);
  return value;
}

/** One page of a list that goes by name; the token is the last name given. */
export function pageOf<T extends { readonly name: string }>(
  sorted: readonly T[],
  token: string | undefined,
  limit: number,
): { page: readonly T[]; nextToken?: string } {
  const start = token === undefined ? 0 : sorted.findIndex(({ name }) => name === token) + 1;
  if (token !== undefined && start === 0) throw invalid('The specified nextToken is invalid.');
  const page = sorted.slice(start, start + limit);
  const last = page.at(-1);
  return { page, ...(last === undefined || start + limit >= sorted.length ? {} : { nextToken: last.name }) };
}
