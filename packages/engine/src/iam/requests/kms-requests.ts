import type { AccessRequest } from '../decide.ts';
import type { ImpliedCall } from '../implied-calls.ts';

/** What a service asks of KMS in the caller's name. Nothing when the resource has no key of its own. */
export function kmsRequests(
  { actions }: ImpliedCall,
  keyArn: string | undefined,
  service: string,
  encryptionContext: Readonly<Record<string, string>>,
): AccessRequest[] {
  if (keyArn === undefined) return [];
  const [, , , region = '', account = ''] = keyArn.split(':');
  const context = {
    'kms:viaservice': `${service}.${region}.amazonaws.com`,
    'kms:calleraccount': account,
    'kms:encryptioncontextkeys': Object.keys(encryptionContext),
    ...Object.fromEntries(
      Object.entries(encryptionContext).map(([name, value]) => [`kms:encryptioncontext:${name}`.toLowerCase(), value]),
    ),
  };
  return actions.map((action) => ({ action, resource: keyArn, context }));
}
