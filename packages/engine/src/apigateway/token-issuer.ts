import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose';

/** The key pair that stands in for a user pool: made once, kept in the data directory. RS256, as the real gateway takes only RSA. */
export interface TokenIssuer {
  readonly publicKey: CryptoKey;
  /** For `/.well-known/jwks.json`. */
  readonly jwks: { readonly keys: readonly JWK[] };
  sign(claims: JWTPayload): Promise<string>;
}

const ALGORITHM = 'RS256';

export async function openTokenIssuer(directory: string): Promise<TokenIssuer> {
  const file = join(directory, 'signing-key.json');
  const privateJwk = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as JWK) : await createKey(directory, file);
  const { kty, n, e, kid } = privateJwk;
  const publicJwk: JWK = { kty, n, e, kid, alg: ALGORITHM, use: 'sig' };
  const [privateKey, publicKey] = await Promise.all([importJWK(privateJwk, ALGORITHM), importJWK(publicJwk, ALGORITHM)]);
  return {
    publicKey: publicKey as CryptoKey,
    jwks: { keys: [publicJwk] },
    sign: (claims) => new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: kid as string }).sign(privateKey),
  };
}

async function createKey(directory: string, file: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kept = { ...jwk, kid: await calculateJwkThumbprint(jwk) };
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, JSON.stringify(kept), { mode: 0o600 });
  chmodSync(file, 0o600);
  return kept;
}
