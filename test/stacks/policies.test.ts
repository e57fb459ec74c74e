/** Each role may do what its function, machine or schedule needs, and no more. */

import { physicalStreamName } from '@tidemark/domain';
import { definitions } from '@tidemark/features';
import { featureGroupSets } from '@tidemark/functions/feature-group-sets';
import { stageNames } from '@tidemark/functions/resolve-topology';
import { type FunctionName, type MachineName, type ScheduleTopology, topology } from '@tidemark/functions/topology';
import { expect, test } from 'vitest';
import { functionPolicy, isInvokedAsynchronously } from '../../stacks/policies/function-policy.ts';
import { machinePolicy } from '../../stacks/policies/machine-policy.ts';
import type { Place } from '../../stacks/policies/place.ts';
import { schedulePolicy } from '../../stacks/policies/schedule-policy.ts';
import { allow, type PolicyDocument, policyDocument } from '../../stacks/policies/statement.ts';
import { PLACE } from './resources.ts';

const stage = { stage: 'dev', ...PLACE };
const names = stageNames(stage);
const place: Place = {
  ...stage,
  names,
  keys: { data: 'arn:aws:kms:us-east-1:000000000000:key/data', operations: 'arn:aws:kms:us-east-1:000000000000:key/operations' },
  featureGroups: featureGroupSets('dev', definitions),
  streams: definitions.streams.map((stream) => physicalStreamName('dev', stream)),
};
const functionNames = Object.keys(topology.functions) as FunctionName[];
const machineNames = Object.keys(topology.machines) as MachineName[];

const actionsOf = ({ Statement }: PolicyDocument) => new Set(Statement.flatMap(({ Action }) => Action));
const resourcesFor = ({ Statement }: PolicyDocument, action: string) =>
  Statement.filter(({ Action }) => Action.includes(action)).flatMap(({ Resource }) => Resource ?? []);

test.each(functionNames)('%s may do what the topology says, write its log, and use its key', (name) => {
  const ofTopology = topology.functions[name].permissions.flatMap(({ actions }) => actions);
  const added = ['logs:CreateLogStream', 'logs:PutLogEvents', 'kms:Decrypt'];
  const forFailures = isInvokedAsynchronously(name) ? ['s3:PutObject', 's3:ListBucket', 'kms:GenerateDataKey'] : [];
  const forWriting = ofTopology.includes('s3:PutObject') ? ['kms:GenerateDataKey'] : [];
  expect([...actionsOf(functionPolicy(place, name, { inNetwork: false }))].sort()).toEqual(
    [...new Set([...ofTopology, ...added, ...forFailures, ...forWriting])].sort(),
  );
});

test('a function that may read one prefix may not read its neighbours, nor use the key for another bucket', () => {
  const policy = functionPolicy(place, 'serve-features', { inNetwork: false });
  expect(resourcesFor(policy, 's3:GetObject')).toContain(`arn:aws:s3:::${names.bucket('ledger')}/catalogue.json`);
  expect(resourcesFor(policy, 's3:GetObject')).not.toContain(`arn:aws:s3:::${names.bucket('ledger')}/*`);
  const buckets = policy.Statement.flatMap(
    ({ Condition }) => Condition?.StringEquals?.['kms:EncryptionContext:aws:s3:arn'] ?? [],
  );
  expect(buckets).toEqual([`arn:aws:s3:::${names.bucket('ledger')}`]);
});

test.each(machineNames)(
  'machine %s may invoke the functions that its definition names, and start nothing but its own items',
  (name) => {
    const policy = machinePolicy(place, name);
    const invoked = resourcesFor(policy, 'lambda:InvokeFunction');
    expect(invoked.length).toBeGreaterThan(0);
    for (const arn of invoked) expect(functionNames.map((each) => names.functionArn(each))).toContain(arn);
    expect([[], [names.machineArn(name)]]).toContainEqual(resourcesFor(policy, 'states:StartExecution'));
  },
);

test('a machine that queries may use the workgroup of its stage and no other', () => {
  const queried = machineNames.flatMap((name) => resourcesFor(machinePolicy(place, name), 'athena:StartQueryExecution'));
  expect(new Set(queried)).toEqual(new Set(['arn:aws:athena:us-east-1:000000000000:workgroup/tidemark-dev']));
});

test('a schedule may start its target and leave a dead letter, nothing else', () => {
  for (const schedule of topology.schedules as readonly ScheduleTopology[]) {
    const policy = schedulePolicy(place, schedule, 'arn:of:queue');
    const { target } = schedule;
    const [action, arn] =
      'function' in target
        ? ['lambda:InvokeFunction', names.functionArn(target.function)]
        : ['states:StartExecution', names.machineArn(target.machine)];
    expect(resourcesFor(policy, action)).toEqual([arn]);
    expect([...actionsOf(policy)].sort()).toEqual([action, 'kms:Decrypt', 'kms:GenerateDataKey', 'sqs:SendMessage'].sort());
  }
});

test('statements are merged where that allows nothing more', () => {
  const { Statement } = policyDocument([
    allow('A', ['s3:GetObject'], ['one']),
    allow('B', ['s3:PutObject'], ['one']),
    allow('C', ['s3:GetObject', 's3:PutObject'], ['two']),
    allow('D', ['s3:GetObject'], ['three']),
    allow('E', ['s3:GetObject'], ['three'], { Bool: { x: 'true' } }),
  ]);
  expect(Statement.map(({ Action, Resource }) => [Action, Resource])).toEqual([
    [
      ['s3:GetObject', 's3:PutObject'],
      ['one', 'two'],
    ],
    [['s3:GetObject'], ['three']],
    [['s3:GetObject'], ['three']],
  ]);
});
