import { AwsError } from '../wire/aws-error.ts';

export const invalidArgument = (message: string) => new AwsError('InvalidArgumentException', message);

export const notFound = (message: string) => new AwsError('ResourceNotFoundException', message);

export const inUse = (message: string) => new AwsError('ResourceInUseException', message);

/** As the service words what its model forbids; the value itself is left out. */
export const constraint = (member: string, rule: string) =>
  new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must ${rule}`,
  );

export const unsupported = (what: string, instead: string) =>
  new AwsError('InvalidArgumentException', `${what} is not supported by the engine: ${instead}.`);
