import { createHash } from 'node:crypto';
import type { CompiledStatement } from './policy.ts';

/** A role of the deployment at work, as the session of whatever has it. */
export interface Principal {
  readonly role: string;
  /** `arn:aws:sts::…:assumed-role/{role}/{session}`, as messages and GetCallerIdentity name it. */
  readonly arn: string;
  readonly statements: readonly CompiledStatement[];
}

export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/**
 * The same for a role at every start, so that an instance that outlives a deployment is still known. The engine does not
 * check signatures: the key says who calls, it proves nothing.
 */
export function sessionCredentials(account: string, role: string): SessionCredentials {
  const digest = createHash('sha256').update(`${account}:${role}`).digest();
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const id = [...digest.subarray(0, 16)].map((byte) => letters[byte & 31]).join('');
  return {
    accessKeyId: `ASIA${id}`,
    secretAccessKey: digest.toString('base64url').slice(0, 40),
    sessionToken: `engine/${role}`,
  };
}
