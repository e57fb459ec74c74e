import { accessDenied } from '../errors.ts';

/** Also for a bucket that does not exist: the answer must not tell a stranger which names are taken. */
export function checkOwner(expected: unknown, account: string): void {
  if (expected !== undefined && expected !== account) {
    throw accessDenied(`The bucket is owned by ${account}, not by the expected ${expected}`);
  }
}
