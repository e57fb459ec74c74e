import type { Route } from '../apigateway/route-table.ts';
import { compileRoutes } from '../apigateway/route-table.ts';
import { checkFunctionSpec, type FunctionSpec } from '../lambda/function-spec.ts';
import { parseScheduleExpression } from '../scheduler/schedule-expression.ts';
import type { Schedule } from '../scheduler/scheduler.ts';

/** What `s3:ObjectCreated:*` in a bucket starts; the prefix and suffix are those of the key. */
export interface BucketNotification {
  readonly functionName: string;
  readonly prefix?: string;
  readonly suffix?: string;
}

export interface BucketSpec {
  readonly name: string;
  readonly versioned: boolean;
  readonly notifications: readonly BucketNotification[];
}

export interface MachineSpec {
  readonly name: string;
  /** Amazon States Language, as an object. */
  readonly definition: object;
  readonly loggingLevel?: 'ALL' | 'ERROR' | 'FATAL' | 'OFF';
}

/** Everything that a stack would create, as plain data. */
export interface Deployment {
  readonly buckets: readonly BucketSpec[];
  readonly functions: readonly FunctionSpec[];
  readonly stateMachines: readonly MachineSpec[];
  readonly routes: readonly Route[];
  readonly schedules: readonly Schedule[];
}

export const emptyDeployment: Deployment = { buckets: [], functions: [], stateMachines: [], routes: [], schedules: [] };

/** @throws Error for the first part that cannot be deployed, or that names what is not there. Nothing has changed then. */
export function checkDeployment({ buckets, functions, stateMachines, routes, schedules }: Deployment): void {
  functions.forEach(checkFunctionSpec);
  compileRoutes(routes);
  for (const { expression } of schedules) parseScheduleExpression(expression, 0);

  const functionNames = uniqueNames('function', functions);
  const machineNames = uniqueNames('state machine', stateMachines);
  uniqueNames('bucket', buckets);
  uniqueNames('schedule', schedules);
  const requireFunction = (who: string, name: string) => {
    if (!functionNames.has(name)) throw new Error(`${who}: the function ${name} is not part of the deployment`);
  };
  for (const { name, notifications } of buckets) {
    for (const { functionName } of notifications) requireFunction(`bucket ${name}`, functionName);
  }
  for (const { method, path, functionName } of routes) requireFunction(`route ${method} ${path}`, functionName);
  for (const { name, target } of schedules) {
    if ('functionName' in target) requireFunction(`schedule ${name}`, target.functionName);
    else if (!machineNames.has(target.stateMachine)) {
      throw new Error(`schedule ${name}: the state machine ${target.stateMachine} is not part of the deployment`);
    }
  }
}

function uniqueNames(what: string, parts: readonly { readonly name: string }[]): Set<string> {
  const names = new Set<string>();
  for (const { name } of parts) {
    if (names.has(name)) throw new Error(`${what} ${name} is there twice`);
    names.add(name);
  }
  return names;
}
