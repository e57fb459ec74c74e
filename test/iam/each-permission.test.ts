/**
 * Takes the permissions away one by one, runs the flow that needs each, and sees it fail with AccessDenied. Half an hour and more,
 * so only when asked for:
 *
 *   IAM_MINUTES=30 [IAM_PART=1/2] [IAM_SEED=…] npm test -- test/iam/each-permission.test.ts
 *
 * As many as there is time for, in an order that the seed decides; two parts can run side by side.
 */
import { createHash } from 'node:crypto';
import type { Permission } from '@tidemark/engine';
import { expect, test } from 'vitest';
import { flows, settle } from './flows.ts';
import { createRecord, idOf, isDeniedWithout, type Need, permissionsOf, without } from './permissions.ts';
import { type StageUnderRoles, startUnderRoles } from './stage-under-roles.ts';

const MINUTES = Number(process.env.IAM_MINUTES ?? 0);
const SEED = process.env.IAM_SEED ?? String(Date.now());
const [PART, PARTS] = (process.env.IAM_PART ?? '1/1').split('/').map(Number) as [number, number];
/**
 * A stage that was refused this often has a good deal lying about, and its time, which runs fast, overtakes that of the answers: a flow
 * that does not even ask is tried again in a fresh one.
 */
const REFUSALS_A_STAGE = 40;
/** Reading a stream fails where nobody waits for it: the flow that misses the events is another than the one that asks first. */
const FAILS_IN: Readonly<Record<string, string>> = {
  'kinesis:GetRecords': 'stream',
  'kinesis:GetShardIterator': 'stream',
  'kinesis:DescribeStream': 'stream',
  'logs:PutLogEvents': 'audit',
};

interface Wanted {
  readonly permission: Permission;
  readonly flow: string;
}

const outcomes = new Map<string, 'failed as it should' | 'failed without a refusal' | 'did not fail'>();

test.runIf(MINUTES > 0)(
  `each permission that is taken away makes a flow fail (IAM_SEED=${SEED})`,
  {
    timeout: (MINUTES + 10) * 60_000,
  },
  async () => {
    const endMs = Date.now() + MINUTES * 60_000;
    let wanted: Wanted[] | undefined;
    do {
      const record = createRecord();
      const on = await startUnderRoles(record.onAccess);
      try {
        await everyFlow(on, record, 'A');
        wanted ??= wantedOf(on, record.needOf);
        let tried = 0;
        while (wanted.length > 0 && Date.now() < endMs && tried++ < REFUSALS_A_STAGE) {
          const one = wanted.shift() as Wanted;
          const id = idOf(one.permission);
          const outcome = await takeAway(on, record, one, `${PART}T${tried}`);
          const isWornOut = outcome !== 'failed as it should' && tried > 1;
          if (isWornOut && !outcomes.has(id)) wanted.push(one);
          outcomes.set(id, outcome);
          if (isWornOut || !(await comesToRest(on))) break;
        }
      } finally {
        await on.stop();
      }
    } while (wanted.length > 0 && Date.now() < endMs);

    const of = (outcome: string) => [...outcomes].filter(([, each]) => each === outcome).map(([id]) => id);
    process.stdout.write(
      `${of('failed as it should').length} of ${outcomes.size} permissions that were taken away made a flow fail, ${wanted.length} were not tried\n`,
    );
    for (const outcome of ['failed without a refusal', 'did not fail'])
      for (const id of of(outcome)) process.stdout.write(`  ${outcome}: ${id}\n`);
    expect(of('did not fail')).toEqual([]);
    expect(of('failed without a refusal')).toEqual([]);
  },
);

async function everyFlow(on: StageUnderRoles, record: ReturnType<typeof createRecord>, tag: string): Promise<void> {
  for (const [name, flow] of Object.entries(flows)) {
    record.enter(name);
    await flow(on, `${name.slice(0, 8).toUpperCase()}${tag}`);
  }
}

function wantedOf(on: StageUnderRoles, needOf: (permission: Permission) => Need | undefined): Wanted[] {
  const place = (permission: Permission) =>
    createHash('sha256')
      .update(`${SEED} ${idOf(permission)}`)
      .digest('hex');
  return permissionsOf(on.roles)
    .flatMap((permission) => {
      const need = needOf(permission);
      if (need === undefined || !isDeniedWithout(on.roles, permission, need)) return [];
      const flow = FAILS_IN[permission.action] ?? need.flow;
      return Object.hasOwn(flows, flow) ? [{ permission, flow }] : [];
    })
    .sort((a, b) => (place(a.permission) < place(b.permission) ? -1 : 1))
    .filter((_, at) => at % PARTS === PART - 1);
}

async function takeAway(on: StageUnderRoles, record: ReturnType<typeof createRecord>, { permission, flow }: Wanted, tag: string) {
  const name = `${flow} without ${idOf(permission)}`;
  record.enter(name);
  await on.under(without(on.roles, permission));
  const failure = await flows[flow]?.(on, `${flow.slice(0, 4).toUpperCase()}${tag}`).then(
    () => undefined,
    (error: unknown) => error,
  );
  const isRefused = record
    .refused()
    .some((one) => one.flow === name && one.entry.role === permission.role && one.entry.request.action === permission.action);
  await on.under(on.roles);
  if (failure === undefined) return 'did not fail';
  return isRefused ? 'failed as it should' : 'failed without a refusal';
}

/** Under all roles again, what was given up is over and what waited goes on. */
const comesToRest = (on: StageUnderRoles): Promise<boolean> =>
  settle(on).then(
    () => true,
    () => false,
  );
