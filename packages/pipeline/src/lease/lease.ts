/**
 * Leases: who alone may work on something, as one object of the ledger.
 *
 * Taken with `If-None-Match`, kept and taken over with `If-Match` on the very state that was read, so that of two that try
 * at once one wins. A holder is an execution: its steps hold the lease by its name, and each step that finds half of the
 * time gone keeps it. Released it stays as an object, which the next one replaces. One that has expired may be taken by
 * anybody; its old holder finds that out at its next step, before that step does anything.
 */
import type { ErrorCode } from '@tidemark/domain';
import { TidemarkError } from '@tidemark/domain';
import { loadJson, printJson } from '../ledger/json-objects.ts';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';

export interface Lease {
  /** Name of an execution. */
  readonly owner: string;
  /** The scheduled time that the owner was started with, if any. */
  readonly scheduledTime?: string | undefined;
  readonly takenAt: string;
  readonly expiresAt: string;
  readonly released: boolean;
}

export interface LeaseDependencies {
  readonly objects: ObjectStore;
  readonly ledger: string;
  readonly nowMs: () => number;
}

export interface LeaseClaim {
  readonly flow: 'backfill';
  readonly name: string;
  readonly owner: string;
  readonly scheduledTime?: string | undefined;
}

/** Longer than any single step: a step may take fifteen minutes and be tried again. */
export const LEASE_MS = 3_600_000;

const MOST_ATTEMPTS = 5;

/** Takes the lease, or keeps one's own. Answers with the lease of the other who holds it. */
export async function takeLease(deps: LeaseDependencies, claim: LeaseClaim): Promise<Lease | undefined> {
  const key = ledgerKeys.lease(claim.flow, claim.name);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const head = await deps.objects.head({ bucket: deps.ledger, key });
    const lease = head === undefined ? undefined : await loadJson<Lease>(deps.objects, deps.ledger, key);
    const nowMs = deps.nowMs();
    const leftMs = lease === undefined || lease.released ? 0 : Date.parse(lease.expiresAt) - nowMs;
    if (lease?.owner === claim.owner && leftMs > LEASE_MS / 2) return undefined;
    if (lease !== undefined && lease.owner !== claim.owner && leftMs > 0) return lease;
    const next: Lease = {
      owner: claim.owner,
      scheduledTime: claim.scheduledTime,
      takenAt: lease?.owner === claim.owner && leftMs > 0 ? lease.takenAt : new Date(nowMs).toISOString(),
      expiresAt: new Date(nowMs + LEASE_MS).toISOString(),
      released: false,
    };
    if ((await putLease(deps, key, next, head?.etag)) !== 'conflict') return undefined;
  }
  throw new TidemarkError('DEPENDENCY_FAILED', `the lease ${key} changed each time that it was to be taken: try again`);
}

/** The same where another holder is an error. @throws the code, naming the holder */
export async function holdLease(deps: LeaseDependencies, claim: LeaseClaim, overlap: ErrorCode): Promise<void> {
  const other = await takeLease(deps, claim);
  if (other !== undefined) throw new TidemarkError(overlap, describeHolder(claim, other));
}

export const describeHolder = ({ flow, name }: LeaseClaim, { owner, takenAt, expiresAt }: Lease): string =>
  `${name}: the execution ${owner} of ${flow} holds it since ${takenAt}, at the latest until ${expiresAt}: wait for its end`;

/** Gives the lease back, if it is the owner's. */
export async function releaseLease(deps: LeaseDependencies, claim: LeaseClaim): Promise<void> {
  const key = ledgerKeys.lease(claim.flow, claim.name);
  const head = await deps.objects.head({ bucket: deps.ledger, key });
  const lease = head === undefined ? undefined : await loadJson<Lease>(deps.objects, deps.ledger, key);
  if (lease === undefined || lease.owner !== claim.owner || lease.released) return;
  // A conflict: somebody has taken over what had expired.
  await putLease(deps, key, { ...lease, released: true }, head?.etag);
}

async function putLease(deps: LeaseDependencies, key: string, lease: Lease, etag: string | undefined) {
  if (etag === undefined)
    return (await deps.objects.putOnce(deps.ledger, key, printJson(lease))) === 'exists' ? 'conflict' : 'replaced';
  return deps.objects.replace(deps.ledger, key, printJson(lease), etag);
}
