/**
 * Checks bearer tokens against the engine's own key: signature, `exp`, `nbf`, issuer, audience (`aud`, else `client_id`)
 * and scopes, in the engine's time.
 *
 * A token whose signature was good is remembered under its exact text until it expires; what a route asks of it is
 * checked every time.
 */
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { EngineClock } from '../time/engine-clock.ts';
import { gatewayAnswer, type ProxyResponse } from './proxy-response.ts';
import type { Authorizer } from './route-table.ts';
import type { TokenIssuer } from './token-issuer.ts';

export type Authorization = { readonly context: object | undefined } | { readonly refusal: ProxyResponse };

interface VerifiedToken {
  readonly claims: JWTPayload;
  readonly scopes: readonly string[];
  readonly texts: Record<string, string>;
  readonly expiresMs: number;
}

type JwtAuthorizer = Extract<Authorizer, { type: 'jwt' }>;
const MOST_REMEMBERED = 1_000;

export function createJwtAuthorizer(issuer: TokenIssuer, clock: EngineClock) {
  const remembered = new Map<string, VerifiedToken>();

  async function verify(token: string): Promise<VerifiedToken> {
    const { payload } = await jwtVerify(token, issuer.publicKey, {
      algorithms: ['RS256'],
      requiredClaims: ['exp'],
      currentDate: new Date(clock.nowMs()),
    });
    const verified = {
      claims: payload,
      scopes: String(payload.scope ?? payload.scp ?? '')
        .split(' ')
        .filter((scope) => scope !== ''),
      texts: Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, claimText(value)])),
      expiresMs: (payload.exp as number) * 1000,
    };
    if (remembered.size >= MOST_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
    remembered.set(token, verified);
    return verified;
  }

  return async (authorizer: JwtAuthorizer, header: string | undefined): Promise<Authorization> => {
    const token = header?.replace(/^bearer\s+/i, '');
    if (!token) return unauthorized();
    let verified = remembered.get(token);
    if (verified && verified.expiresMs <= clock.nowMs()) remembered.delete(token);
    try {
      if (!verified || verified.expiresMs <= clock.nowMs()) verified = await verify(token);
    } catch (error) {
      if (error instanceof errors.JOSEError) return unauthorized(describe(error));
      throw error;
    }
    const { claims, scopes, texts } = verified;
    if (claims.iss !== authorizer.issuer) return unauthorized('invalid issuer');
    if (!hasAudience(claims, authorizer.audience)) return unauthorized('invalid audience');
    const asked = authorizer.scopes ?? [];
    if (asked.length > 0 && !asked.some((scope) => scopes.includes(scope))) return forbidden(asked);
    return { context: { jwt: { claims: texts, scopes: asked.length > 0 ? scopes : null } } };
  };
}

function hasAudience(claims: JWTPayload, audience: string | readonly string[]): boolean {
  const accepted = typeof audience === 'string' ? [audience] : audience;
  const presented = claims.aud ?? (claims.client_id as string | undefined) ?? [];
  return (typeof presented === 'string' ? [presented] : presented).some((item) => accepted.includes(item));
}

/** The gateway hands every claim on as text, a list as `[a b]`. */
function claimText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(' ')}]`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const describe = (error: errors.JOSEError) =>
  error.code === 'ERR_JWT_EXPIRED'
    ? 'the token has expired'
    : error.code === 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'
      ? 'invalid signature'
      : 'the token is invalid';

function unauthorized(description?: string): Authorization {
  const challenge =
    description === undefined ? 'Bearer' : `Bearer scope="" error="invalid_token" error_description="${description}"`;
  return { refusal: gatewayAnswer(401, 'Unauthorized', { 'www-authenticate': challenge }) };
}

function forbidden(scopes: readonly string[]): Authorization {
  const challenge = `Bearer scope="${scopes.join(' ')}" error="insufficient_scope" error_description="the token lacks a required scope"`;
  return { refusal: gatewayAnswer(403, 'Forbidden', { 'www-authenticate': challenge }) };
}
