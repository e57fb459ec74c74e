/** The roles of a stage as its stacks make them, for the engine: who has which, and which key lies on what. */
import { type Definitions, physicalStreamName } from '@tidemark/domain';
import type { Deployment, PolicyDocument, RoleSpec } from '@tidemark/engine';
import { featureGroupSets } from '@tidemark/functions/feature-group-sets';
import { type Stage, stageNames } from '@tidemark/functions/resolve-topology';
import { type FunctionName, type MachineName, topology } from '@tidemark/functions/topology';
import { featureStorePolicy } from '../../stacks/policies/feature-store-policy.ts';
import { functionPolicy } from '../../stacks/policies/function-policy.ts';
import { machinePolicy } from '../../stacks/policies/machine-policy.ts';
import type { Place } from '../../stacks/policies/place.ts';
import { schedulePolicy } from '../../stacks/policies/schedule-policy.ts';

const key = ({ region, account }: Stage, name: string) => `arn:aws:kms:${region}:${account}:key/${name}`;

export const placeOf = (stage: Stage, definitions: Definitions): Place => ({
  ...stage,
  names: stageNames(stage),
  featureGroups: featureGroupSets(stage.stage, definitions),
  streams: definitions.streams.map((stream) => physicalStreamName(stage.stage, stream)),
  keys: { data: key(stage, 'data'), operations: key(stage, 'operations') },
});

/** `tidemark-{stage}-{logical}`, as `stacks/parts/role.ts` names them. */
const roleName = ({ stage }: Stage, logical: string) => `tidemark-${stage}-${logical}`;

export function stageRoles(place: Place): RoleSpec[] {
  const role = (logical: string, policy: unknown): RoleSpec => ({
    name: roleName(place, logical),
    policies: [policy as PolicyDocument],
  });
  const deadLetters = `arn:aws:sqs:${place.region}:${place.account}:tidemark-${place.stage}-dead-letters`;
  return [
    ...(Object.keys(topology.functions) as FunctionName[]).map((name) =>
      role(name, functionPolicy(place, name, { inNetwork: false })),
    ),
    ...(Object.keys(topology.machines) as MachineName[]).map((name) => role(`machine-${name}`, machinePolicy(place, name))),
    ...topology.schedules.map((schedule) => role(`schedule-${schedule.name}`, schedulePolicy(place, schedule, deadLetters))),
    role('feature-store', featureStorePolicy(place)),
  ];
}

/** The same deployment with everything under its role, and everything that is stored under the stage's key. */
export function underRoles(deployment: Deployment, place: Place, roles: readonly RoleSpec[]): Deployment {
  const logical = (name: string) => name.slice(place.stage.length + 1);
  const kmsKeyArn = place.keys.data;
  return {
    ...deployment,
    roles,
    buckets: deployment.buckets.map((bucket) => ({ ...bucket, kmsKeyArn })),
    streams: (deployment.streams ?? []).map((stream) => ({ ...stream, kmsKeyArn })),
    functions: deployment.functions.map((fn) => ({ ...fn, kmsKeyArn, role: roleName(place, logical(fn.name)) })),
    stateMachines: deployment.stateMachines.map((machine) => ({
      ...machine,
      role: roleName(place, `machine-${logical(machine.name)}`),
    })),
    schedules: deployment.schedules.map((schedule) => ({
      ...schedule,
      role: roleName(place, `schedule-${logical(schedule.name)}`),
    })),
  };
}
