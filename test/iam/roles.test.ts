/**
 * The roles of the stacks suffice for every flow, and nothing in them is too much.
 *
 * All flows run once under the roles; every request that the engine judged is kept. A permission is needed when there is a
 * request that it alone allows: that request is judged again without it. A sample is taken away for real.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeDir, temporaryDir } from '../e2e/harness.ts';
import { flows } from './flows.ts';
import { createRecord, idOf, isDeniedWithout, type Need, permissionsOf, without } from './permissions.ts';
import { runWithout } from './run-without.ts';
import { type StageUnderRoles, startUnderRoles } from './stage-under-roles.ts';
import { isOneOfASet, UNPROVED } from './unproved.ts';

/** Flows that break a function on purpose name places that nobody may touch. */
const isPlanted = ({ entry }: Need) => /tidemark-no-such-bucket|-gone$/.test(entry.request.resource);

const record = createRecord();
const data = temporaryDir();
let on: StageUnderRoles;

beforeAll(async () => {
  on = await startUnderRoles({ data, onAccess: record.onAccess });
});
afterAll(async () => {
  await on?.stop();
  removeDir(data);
});

describe('under the roles of the stacks', () => {
  test.each(Object.entries(flows))('%s', async (name, flow) => {
    record.enter(name);
    await flow(on, `${name.slice(0, 8).toUpperCase()}A`);
    expect(
      record
        .refused()
        .filter((need) => !isPlanted(need))
        .map(({ entry }) => entry),
    ).toEqual([]);
  });
});

test('every permission is needed by a flow, or listed as unproved with a reason', () => {
  const all = permissionsOf(on.roles);
  const proved = all.filter((permission) => {
    const [need] = record.needsOf(permission);
    return need !== undefined && isDeniedWithout(on.roles, permission, need);
  });
  const rest = all.filter((permission) => !proved.includes(permission));
  const provedElsewhere = rest.filter(
    (permission) =>
      isOneOfASet(permission) &&
      proved.some(({ action, resource }) => action === permission.action && isOneOfASet({ ...permission, action, resource })),
  );
  const unproved = new Map(UNPROVED.map((each) => [each.why, rest.filter(each.is)]));
  const reasons = [...unproved.values()].flat();
  const lines = [
    `${all.length} permissions of ${on.roles.length} roles: ${proved.length} proved, ${rest.length} unproved`,
    `  ${provedElsewhere.length}: the same action is proved on another member of its set`,
    ...[...unproved].map(([why, { length }]) => `  ${length}: ${why}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  const superfluous = rest.filter((permission) => !reasons.includes(permission) && !provedElsewhere.includes(permission));
  expect(superfluous.map(idOf)).toEqual([]);
  expect([...unproved].filter(([, { length }]) => length === 0).map(([why]) => why)).toEqual([]);
});

/** One of each kind of caller and service. A stream is read all the time: which flow fails without it has to be said. */
const SAMPLE: readonly { readonly role: string; readonly action: string; readonly flow?: string }[] = [
  { role: 'object-uploaded', action: 'states:StartExecution' },
  { role: 'plan-ingest', action: 's3:GetObjectVersion' },
  { role: 'ingest-chunk', action: 'sagemaker:BatchWriteRecord' },
  { role: 'ingest-chunk', action: 'kms:Decrypt' },
  { role: 'seal-ingest', action: 's3:PutObject' },
  { role: 'machine-ingest', action: 'lambda:InvokeFunction' },
  { role: 'machine-ingest', action: 'states:StartExecution' },
  { role: 'serve-features', action: 'sagemaker:BatchGetRecord' },
  { role: 'audit-logged', action: 'logs:PutLogEvents', flow: 'audit' },
  { role: 'machine-build-dataset', action: 'athena:StartQueryExecution' },
  { role: 'machine-build-dataset', action: 'glue:GetTable' },
  { role: 'stream-received', action: 'kinesis:GetRecords', flow: 'stream' },
];

describe('taken away for real, the flow that needs it fails', () => {
  test.each(SAMPLE)('$role: $action', async ({ role, action, flow: named }) => {
    const [permission, need] =
      permissionsOf(on.roles)
        .filter((one) => one.role.endsWith(`-${role}`) && one.action === action)
        .map((one) => [one, record.needsOf(one)[0]] as const)
        .find(([, one]) => one !== undefined) ?? [];
    if (permission === undefined || need === undefined) throw new Error(`no flow needs ${action} of ${role}`);
    const flow = named ?? need.flow;
    const tag = `${flow.slice(0, 4)}${SAMPLE.findIndex((one) => one.role === role && one.action === action)}`.toUpperCase();
    await on.under(without(on.roles, permission));
    const outcome = await runWithout(on, record, permission, { flow, tag });
    await on.under(on.roles);
    expect(outcome).toEqual({ hasFailed: true, isRefused: true });
    await on.fast(on.stage.instance.idle());
  });
});
