import { QueryError } from '../sql/query-error.ts';

export interface S3Location {
  readonly bucket: string;
  /** Without a slash in front. */
  readonly key: string;
}

export function parseS3Uri(uri: string): S3Location | undefined {
  const match = /^s3a?:\/\/([^/]+)(?:\/(.*))?$/s.exec(uri);
  return match ? { bucket: match[1] as string, key: match[2] ?? '' } : undefined;
}

export function s3Location(uri: string, what: string): S3Location {
  const location = parseS3Uri(uri);
  if (!location)
    throw new QueryError('INVALID_TABLE_PROPERTY', `${what} is not an S3 path: it has to look like s3://bucket/prefix`);
  return location;
}

/** As the prefix of everything below it. */
export const asFolder = (key: string) => (key === '' || key.endsWith('/') ? key : `${key}/`);
