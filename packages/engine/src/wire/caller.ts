/**
 * Who signed the request and for which service, from the credential scope
 * `{access key}/{yyyymmdd}/{region}/{service}/aws4_request` in the Authorization header or, presigned, in the query.
 * Signatures are not checked.
 */
export interface Caller {
  readonly accessKeyId: string | undefined;
  readonly region: string | undefined;
  readonly signingName: string | undefined;
}

const unsigned: Caller = { accessKeyId: undefined, region: undefined, signingName: undefined };

export function parseCaller(authorization: string | undefined, queryText: string): Caller {
  if (authorization) {
    const start = authorization.indexOf('Credential=');
    if (start < 0) return unsigned;
    const end = authorization.indexOf(',', start);
    return parseScope(authorization.slice(start + 11, end < 0 ? undefined : end).trim());
  }
  const presigned = /(?:^|&)X-Amz-Credential=([^&]*)/i.exec(queryText);
  if (!presigned) return /(?:^|&)AWSAccessKeyId=/.test(queryText) ? { ...unsigned, signingName: 's3' } : unsigned;
  return parseScope((presigned[1] as string).replace(/%2F/gi, '/'));
}

function parseScope(scope: string): Caller {
  // An access key may hold slashes in theory; the four parts after it may not.
  const parts = scope.split('/');
  if (parts.length < 5) return unsigned;
  const [region, signingName] = parts.slice(-3);
  return { accessKeyId: parts.slice(0, -4).join('/'), region: region || undefined, signingName };
}
