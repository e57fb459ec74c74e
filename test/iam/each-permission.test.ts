/**
 * Takes the permissions away one by one, runs a flow that needs each, and sees it fail with AccessDenied. Every attempt has a
 * stage of its own, with functions that have just started, in the state that the flow had found when all was allowed. Forty
 * minutes for all, so only when asked for:
 *
 *   IAM_MINUTES=45 [IAM_PART=1/2] [IAM_SEED=…] npm test -- test/iam/each-permission.test.ts
 *
 * As many as there is time for, in an order that the seed decides; two parts can run side by side. IAM_ONLY=… takes only those
 * away that have this in their name, as the test prints it.
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Permission, RoleSpec } from '@tidemark/engine';
import { expect, onTestFinished, test } from 'vitest';
import { removeDir, temporaryDir } from '../e2e/harness.ts';
import { flows } from './flows.ts';
import { createRecord, idOf, isDeniedWithout, permissionsOf, without } from './permissions.ts';
import { runWithout } from './run-without.ts';
import { startUnderRoles } from './stage-under-roles.ts';

const MINUTES = Number(process.env.IAM_MINUTES ?? 0);
const SEED = process.env.IAM_SEED ?? String(Date.now());
const ONLY = process.env.IAM_ONLY ?? '';
const [PART, PARTS] = (process.env.IAM_PART ?? '1/1').split('/').map(Number) as [number, number];

const record = createRecord();

/** What lay there before a flow ran, and what time it was. */
interface Found {
  readonly dir: string;
  readonly nowMs: number | undefined;
}

type Verdict = 'failed as it should' | 'failed without a refusal' | 'did not fail';

test.runIf(MINUTES > 0)(
  `each permission that is taken away makes a flow fail (IAM_SEED=${SEED})`,
  { timeout: (MINUTES + 10) * 60_000 },
  async () => {
    const endMs = Date.now() + MINUTES * 60_000;
    const root = temporaryDir();
    onTestFinished(() => removeDir(root));
    const data = join(root, 'data');
    mkdirSync(data);
    const { roles, found } = await runAllFlows(data, join(root, 'found'));
    const all = neededOf(roles);
    const verdicts = new Map<string, Verdict>();
    for (const permission of all) {
      if (Date.now() > endMs) break;
      verdicts.set(idOf(permission), await verdictOn(permission, data, found));
    }
    const of = (verdict: Verdict) => [...verdicts].filter(([, each]) => each === verdict).map(([id]) => id);
    process.stdout.write(
      `${of('failed as it should').length} of ${verdicts.size} permissions that were taken away made a flow fail, ${all.length - verdicts.size} were not tried\n`,
    );
    for (const verdict of ['failed without a refusal', 'did not fail'] as const)
      for (const id of of(verdict)) process.stdout.write(`  ${verdict}: ${id}\n`);
    expect(of('did not fail')).toEqual([]);
    expect(of('failed without a refusal')).toEqual([]);
  },
);

/** Every flow once, each on functions that have just started; keeps what each found. */
async function runAllFlows(
  data: string,
  kept: string,
): Promise<{ roles: readonly RoleSpec[]; found: ReadonlyMap<string, Found> }> {
  const found = new Map<string, Found>();
  let roles: readonly RoleSpec[] = [];
  let nowMs: number | undefined;
  for (const [name, flow] of Object.entries(flows)) {
    const dir = join(kept, name);
    cpSync(data, dir, { recursive: true });
    found.set(name, { dir, nowMs });
    record.enter(name);
    const on = await startUnderRoles({ data, onAccess: record.onAccess, nowMs });
    try {
      await flow(on, `${name.slice(0, 8).toUpperCase()}A`);
    } finally {
      nowMs = on.stage.instance.clock.nowMs();
      await on.stop();
    }
    roles = on.roles;
  }
  return { roles, found };
}

/** What this part of the run takes away: what a flow made a request for that nothing else allows. */
function neededOf(roles: readonly RoleSpec[]): Permission[] {
  const place = (permission: Permission) =>
    createHash('sha256')
      .update(`${SEED} ${idOf(permission)}`)
      .digest('hex');
  return permissionsOf(roles)
    .filter((permission) => idOf(permission).includes(ONLY))
    .filter((permission) => record.needsOf(permission).some((need) => isDeniedWithout(roles, permission, need)))
    .sort((a, b) => (place(a) < place(b) ? -1 : 1))
    .filter((_, at) => at % PARTS === PART - 1);
}

/** By the flows that asked for it, one after the other, until one fails as it should. */
async function verdictOn(permission: Permission, data: string, found: ReadonlyMap<string, Found>): Promise<Verdict> {
  let last: Verdict = 'did not fail';
  for (const { flow } of record.needsOf(permission)) {
    const { dir, nowMs } = found.get(flow) as Found;
    removeDir(data);
    cpSync(dir, data, { recursive: true });
    const startMs = Date.now();
    const on = await startUnderRoles({
      data,
      onAccess: record.onAccess,
      nowMs,
      adjust: (roles) => without(roles, permission),
    });
    try {
      const { hasFailed, isRefused } = await runWithout(on, record, permission, { flow, tag: 'WITHOUT' });
      last = !hasFailed ? 'did not fail' : isRefused ? 'failed as it should' : 'failed without a refusal';
    } finally {
      await on.stop();
    }
    process.stdout.write(`${last}: ${idOf(permission)} in ${flow}, ${Date.now() - startMs} ms\n`);
    if (last === 'failed as it should') break;
  }
  return last;
}
