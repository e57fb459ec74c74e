/**
 * Who may do what. With roles in the deployment every function, machine, schedule and offline store works under its own,
 * and each call of theirs is judged: action by action, resource by resource, AWS's own calls on their behalf included
 * (implied-calls.ts). Without roles everybody may do everything.
 *
 *   access key → principal (role) ─┐
 *   call → requests (requests/) ───┴→ decide → allowed, or the sentence that IAM would say
 *
 * Gaps: identity policies only. Resource policies (buckets, keys, functions), permission boundaries, session policies and
 * organisations are not asked; key policies are taken to leave the decision to IAM, as the account root statement does.
 * Differences by design: the engine's own key pair, and any key that no role was given, may do everything.
 */
import type { EngineContext } from '../engine-context.ts';
import { type AccessRequest, type Decision, decide } from './decide.ts';
import { compileRole, type Permission, type RoleSpec } from './policy.ts';
import { type Principal, type SessionCredentials, sessionCredentials } from './principal.ts';

/** One judged request, for those who look on: tests that hold the policies against what is really asked. */
export interface AccessEntry {
  readonly role: string;
  /** The operation that was called: `s3.GetObject`, or what AWS did by itself: `lambda.poll`. */
  readonly call: string;
  readonly request: AccessRequest;
  readonly outcome: Decision['outcome'];
  readonly allowedBy: readonly Permission[];
}

export interface AccessDeployment {
  readonly roles?: readonly RoleSpec[];
  /** KMS keys by bucket and by stream. */
  readonly buckets: readonly { readonly name: string; readonly kmsKeyArn?: string }[];
  readonly streams?: readonly { readonly name: string; readonly kmsKeyArn?: string }[];
}

export interface Access {
  /** Replaces roles and keys. @throws Error as compileRole does, before anything changes */
  deploy(deployment: AccessDeployment): void;
  byAccessKey(accessKeyId: string | undefined): Principal | undefined;
  /** By name or ARN; undefined for a role that no deployment has named. */
  byRole(nameOrArn: string | undefined, session: string): Principal | undefined;
  /** Undefined for a role that no deployment has named. */
  credentials(role: string): SessionCredentials | undefined;
  /** The sentence of the first refusal; undefined when all is allowed. Nobody in particular may do everything. */
  refusal(principal: Principal | undefined, call: string, requests: readonly AccessRequest[]): string | undefined;
  keyOfBucket(bucket: string): string | undefined;
  keyOfStream(stream: string): string | undefined;
}

export type OnAccess = (entry: AccessEntry) => void;

export function createAccess(context: Pick<EngineContext, 'account' | 'region'>, onAccess?: OnAccess): Access {
  const { account, region } = context;
  let statementsOf = new Map<string, Principal['statements']>();
  let roleOfKey = new Map<string, string>();
  let bucketKeys = new Map<string, string>();
  let streamKeys = new Map<string, string>();

  const principalOf = (role: string | undefined, session: string): Principal | undefined => {
    const statements = role === undefined ? undefined : statementsOf.get(role);
    if (role === undefined || statements === undefined) return undefined;
    return { role, arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`, statements };
  };
  const surroundings = (role: string) => ({
    'aws:principalarn': `arn:aws:iam::${account}:role/${role}`,
    'aws:principalaccount': account,
    'aws:resourceaccount': account,
    's3:resourceaccount': account,
    'aws:requestedregion': region,
    // What is plain on the loopback is TLS on AWS.
    'aws:securetransport': 'true',
  });

  return {
    deploy({ roles = [], buckets, streams = [] }) {
      statementsOf = new Map(roles.map((role) => [role.name, compileRole(role)]));
      roleOfKey = new Map(roles.map(({ name }) => [sessionCredentials(account, name).accessKeyId, name]));
      bucketKeys = keysByName(buckets);
      streamKeys = keysByName(streams);
    },
    byAccessKey(accessKeyId) {
      const role = accessKeyId === undefined ? undefined : roleOfKey.get(accessKeyId);
      // Lambda names the session after the function; functions and their roles are one to one.
      return principalOf(role, role ?? '');
    },
    byRole: (nameOrArn, session) => principalOf(nameOrArn?.slice(nameOrArn.lastIndexOf('/') + 1), session),
    credentials: (role) => (statementsOf.has(role) ? sessionCredentials(account, role) : undefined),
    refusal(principal, call, requests) {
      if (principal === undefined) return undefined;
      const { role } = principal;
      for (const given of requests) {
        const request = { ...given, context: { ...surroundings(role), ...given.context } };
        const { outcome, allowedBy } = decide(role, principal.statements, request);
        onAccess?.({ role, call, request, outcome, allowedBy });
        if (outcome !== 'allowed') return refusalText(principal.arn, request, outcome);
      }
      return undefined;
    },
    keyOfBucket: (bucket) => bucketKeys.get(bucket),
    keyOfStream: (stream) => streamKeys.get(stream),
  };
}

function keysByName(parts: readonly { readonly name: string; readonly kmsKeyArn?: string }[]): Map<string, string> {
  return new Map(parts.flatMap(({ name, kmsKeyArn }) => (kmsKeyArn === undefined ? [] : [[name, kmsKeyArn]])));
}

/** IAM user guide, "Troubleshoot access denied error messages". */
function refusalText(arn: string, { action, resource }: AccessRequest, outcome: Decision['outcome']): string {
  const why =
    outcome === 'denied-explicitly'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
  const on = action.startsWith('s3:') ? `"${resource}"` : resource;
  return `User: ${arn} is not authorized to perform: ${action} on resource: ${on} ${why}`;
}

/** Asks nobody: what a service is made with when it stands alone. */
export const openAccess: Access = createAccess({ account: '000000000000', region: 'us-east-1' });
