import { machinesOf } from '@tidemark/functions/resolve-topology';
import type { MachineName } from '@tidemark/functions/topology';
import type { Foundation } from '../foundation.ts';
import { machinePolicy } from '../policies/machine-policy.ts';
import { pascal } from '../policies/statement.ts';
import { trust } from '../policies/trust.ts';
import { tags } from './context.ts';
import { createLogGroup } from './log-group.ts';
import { createRole } from './role.ts';

/** A state machine with the very definition that the engine runs. */
export function createMachine({ context, keys }: Foundation, name: MachineName) {
  const logical = `Machine${pascal(name)}`;
  const { role, attached } = createRole(context, logical, {
    logical: `machine-${name}`,
    trust: trust.states(context),
    keys,
    policy: (place) => machinePolicy(place, name),
  });
  const log = createLogGroup(context, keys, logical, { kind: 'machines', of: name });
  return new aws.sfn.StateMachine(
    logical,
    {
      name: context.names.machineName(name),
      definition: JSON.stringify(machinesOf(context.names)[name]),
      roleArn: role.arn,
      type: 'STANDARD',
      // What goes through an execution names entities and files: the log has states and errors, never data.
      loggingConfiguration: { level: 'ERROR', includeExecutionData: false, logDestination: $util.interpolate`${log.arn}:*` },
      tags: tags(context, { machine: name }),
    },
    { dependsOn: [attached] },
  );
}
