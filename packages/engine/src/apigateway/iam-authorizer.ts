/**
 * Checks Signature Version 4 in the Authorization header against the engine's own key pair.
 *
 * canonical request (method, path encoded once more, sorted query, signed headers, body hash)
 *   → string to sign → HMAC chain over date, region, service → compared in constant time.
 * Presigned URLs are refused. The request's age is not checked: it is signed by the client's clock, and the engine's
 * time may have been moved. Source: the AWS Signature Version 4 pages of the IAM user guide.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { engineCredentials } from '../engine-credentials.ts';
import type { Authorization } from './jwt-authorizer.ts';
import { gatewayAnswer } from './proxy-response.ts';

const HEADER =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,]+)\/(\d{8})\/([a-z0-9-]+)\/execute-api\/aws4_request,\s*SignedHeaders=([a-z0-9;-]+),\s*Signature=([0-9a-f]{64})$/;

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

export function authorizeIam(request: IncomingMessage, body: Buffer, account: string): Authorization {
  const refusal = { refusal: gatewayAnswer(403, 'Forbidden') };
  const [, accessKeyId, date = '', region = '', signedHeaders = '', signature = ''] =
    HEADER.exec(request.headers.authorization ?? '') ?? [];
  if (accessKeyId !== engineCredentials.accessKeyId || !signedHeaders.split(';').includes('host')) return refusal;

  const bodyHash = sha256(body);
  const declaredHash = request.headers['x-amz-content-sha256'] ?? bodyHash;
  if (declaredHash !== bodyHash && declaredHash !== 'UNSIGNED-PAYLOAD') return refusal;

  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s, 2);
  const queryText = canonicalQuery(query);
  if (queryText === undefined) return refusal;
  const canonicalRequest = [
    request.method,
    path.split('/').map(encode).join('/'),
    queryText,
    ...signedHeaders.split(';').map((name) => `${name}:${canonicalHeader(request, name)}`),
    '',
    signedHeaders,
    declaredHash,
  ].join('\n');
  const scope = `${date}/${region}/execute-api/aws4_request`;
  const stringToSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonicalRequest)].join('\n');
  const key = [region, 'execute-api', 'aws4_request'].reduce<Buffer>(
    hmac,
    hmac(`AWS4${engineCredentials.secretAccessKey}`, date),
  );
  if (!timingSafeEqual(hmac(key, stringToSign), Buffer.from(signature, 'hex'))) return refusal;

  const userArn = `arn:aws:iam::${account}:user/engine`;
  return {
    context: {
      iam: {
        accessKey: accessKeyId,
        accountId: account,
        callerId: accessKeyId,
        cognitoIdentity: null,
        principalOrgId: null,
        userArn,
        userId: accessKeyId,
      },
    },
  };
}

/** Undefined when the query is no valid percent-encoding. */
function canonicalQuery(query: string): string | undefined {
  if (query === '') return '';
  if (/%(?![0-9A-Fa-f]{2})/.test(query)) return undefined;
  return query
    .split('&')
    .map((pair) => pair.split(/=(.*)/s, 2).map((part) => encode(decodeURIComponent(part))))
    .map(([name = '', value = '']) => `${name}=${value}`)
    .sort()
    .join('&');
}

function canonicalHeader(request: IncomingMessage, name: string): string {
  return (request.headersDistinct[name] ?? []).map((value) => value.trim().replace(/ +/g, ' ')).join(',');
}
