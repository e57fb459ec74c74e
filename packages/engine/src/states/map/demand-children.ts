import { impliedCalls } from '../../iam/implied-calls.ts';
import type { MapState } from '../asl/definition.ts';
import { StatesError } from '../asl/states-error.ts';
import type { MapRunRow } from '../journal/rows.ts';
import type { Step } from '../run/step.ts';

/**
 * The children are executions of the machine itself, which its role must be allowed to start, to follow and, in a map run
 * that is redriven, to run again.
 *
 * @throws StatesError States.Permissions
 */
export function demandChildren({ run }: Step<MapState>, mapRun: MapRunRow): void {
  const { access, principal } = run.runtime;
  const { startMapRun, followMapRun, redriveMapRun } = impliedCalls;
  const machine = run.execution.machineArn;
  const label = mapRun.arn.slice(mapRun.arn.indexOf('/') + 1);
  const children = machine.replace(':stateMachine:', ':execution:');
  const refusal = access.refusal(principal(run.roleArn), 'states.map', [
    ...startMapRun.actions.map((action) => ({ action, resource: machine })),
    ...followMapRun.actions.map((action) => ({ action, resource: `${children}:${label.slice(label.indexOf(':') + 1)}` })),
    ...(mapRun.redriveCount === 0 ? [] : redriveMapRun.actions).map((action) => ({ action, resource: `${children}/${label}` })),
  ]);
  if (refusal !== undefined) throw new StatesError('States.Permissions', `${refusal} (Error Code: AccessDeniedException)`);
}
