import { AwsError } from '../wire/aws-error.ts';

/** What an S3 error document says beside code and message, and headers that must go with it. */
export interface ErrorDetails {
  readonly fields?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export class S3Error extends AwsError {
  readonly fields: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: string, message: string, status = 400, details: ErrorDetails = {}) {
    super(code, message, status);
    this.fields = details.fields ?? {};
    this.headers = details.headers ?? {};
  }
}

export const noSuchBucket = (bucket: string) =>
  new S3Error('NoSuchBucket', 'The specified bucket does not exist', 404, { fields: { BucketName: bucket } });

export const noSuchKey = (key: string, headers: Record<string, string> = {}) =>
  new S3Error('NoSuchKey', 'The specified key does not exist.', 404, { fields: { Key: key }, headers });

export const noSuchVersion = (key: string, versionId: string) =>
  new S3Error('NoSuchVersion', 'The specified version does not exist.', 404, {
    fields: { Key: key, VersionId: versionId },
  });

export const noSuchUpload = (uploadId: string) =>
  new S3Error(
    'NoSuchUpload',
    'The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
    { fields: { UploadId: uploadId } },
  );

export const preconditionFailed = (condition: string) =>
  new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    fields: { Condition: condition },
  });

export const invalidArgument = (message: string, argument?: string, value?: string) =>
  new S3Error('InvalidArgument', message, 400, {
    fields: {
      ...(argument === undefined ? {} : { ArgumentName: argument }),
      ...(value === undefined ? {} : { ArgumentValue: value }),
    },
  });

export const invalidRequest = (message: string) => new S3Error('InvalidRequest', message, 400);

export const malformedXml = (what: string) =>
  new S3Error('MalformedXML', `The XML you provided was not well-formed or did not validate: ${what}`, 400);

export const notImplemented = (what: string) => new S3Error('NotImplemented', `${what} is not implemented by this engine`, 501);

export const accessDenied = (message: string) => new S3Error('AccessDenied', message, 403);
