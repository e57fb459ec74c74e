import type { Route } from '../apigateway/route-table.ts';
import { compileRoutes } from '../apigateway/route-table.ts';
import type { WorkGroupSpec } from '../athena/work-groups.ts';
import { compileRole, type RoleSpec } from '../iam/policy.ts';
import { checkMappingSpec, type EventSourceMappingSpec } from '../lambda/event-source-mapping/mapping-spec.ts';
import { checkFunctionSpec, type FunctionSpec } from '../lambda/function-spec.ts';
import { parseFilterPattern } from '../logs/filter-pattern.ts';
import type { LogGroupSpec } from '../logs/logs.ts';
import type { LogSubscriptionSpec } from '../logs/subscriptions.ts';
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
  /** Key of everything in it: whoever reads or writes it needs that key too, where there are roles. */
  readonly kmsKeyArn?: string;
  readonly notifications: readonly BucketNotification[];
}

export interface MachineSpec {
  readonly name: string;
  /** Amazon States Language, as an object. */
  readonly definition: object;
  /** Name of a role of the deployment. Left out: it may do everything. */
  readonly role?: string;
  readonly loggingLevel?: 'ALL' | 'ERROR' | 'FATAL' | 'OFF';
}

export interface StreamSpec {
  readonly name: string;
  /** Of a new stream; one that is there keeps its shards. */
  readonly shardCount: number;
  /** 24, the default, to 8760. */
  readonly retentionHours?: number;
  readonly kmsKeyArn?: string;
}

/** Everything that a stack would create, as plain data. */
export interface Deployment {
  readonly buckets: readonly BucketSpec[];
  readonly functions: readonly FunctionSpec[];
  readonly stateMachines: readonly MachineSpec[];
  readonly routes: readonly Route[];
  readonly schedules: readonly Schedule[];
  readonly streams?: readonly StreamSpec[];
  /** Beside `primary`, which is always there. */
  readonly workGroups?: readonly WorkGroupSpec[];
  readonly eventSourceMappings?: readonly EventSourceMappingSpec[];
  /** Beside those of functions, which are there by themselves. */
  readonly logGroups?: readonly LogGroupSpec[];
  readonly logSubscriptions?: readonly LogSubscriptionSpec[];
  /** With roles, everything that works under one is judged by its policies; see iam/access.ts. */
  readonly roles?: readonly RoleSpec[];
}

export const emptyDeployment: Deployment = { buckets: [], functions: [], stateMachines: [], routes: [], schedules: [] };

/** @throws Error for the first part that cannot be deployed, or that names what is not there. Nothing has changed then. */
export function checkDeployment(deployment: Deployment): void {
  const { buckets, functions, stateMachines, routes, schedules, streams = [], eventSourceMappings = [], roles = [] } = deployment;
  const { logGroups = [], logSubscriptions = [] } = deployment;
  roles.forEach(compileRole);
  functions.forEach(checkFunctionSpec);
  streams.forEach(checkStreamSpec);
  eventSourceMappings.forEach(checkMappingSpec);
  compileRoutes(routes);
  for (const { expression } of schedules) parseScheduleExpression(expression, 0);

  const functionNames = uniqueNames('function', functions);
  const machineNames = uniqueNames('state machine', stateMachines);
  uniqueNames('bucket', buckets);
  uniqueNames('schedule', schedules);
  uniqueNames('event source mapping', eventSourceMappings);
  uniqueNames('log group', logGroups);
  uniqueNames('log subscription', logSubscriptions);
  const streamNames = uniqueNames('stream', streams);
  const roleNames = uniqueNames('role', roles);
  const withRoles = [
    ...functions.map((part) => ({ ...part, what: 'function' })),
    ...stateMachines.map((part) => ({ ...part, what: 'state machine' })),
    ...schedules.map((part) => ({ ...part, what: 'schedule' })),
  ];
  for (const { what, name, role } of withRoles) {
    if (role !== undefined && !roleNames.has(role))
      throw new Error(`${what} ${name}: the role ${role} is not part of the deployment`);
  }
  const requireFunction = (who: string, name: string) => {
    if (!functionNames.has(name)) throw new Error(`${who}: the function ${name} is not part of the deployment`);
  };
  for (const { name, notifications } of buckets) {
    for (const { functionName } of notifications) requireFunction(`bucket ${name}`, functionName);
  }
  for (const { method, path, functionName } of routes) requireFunction(`route ${method} ${path}`, functionName);
  for (const { name, functionName, streamName } of eventSourceMappings) {
    requireFunction(`event source mapping ${name}`, functionName);
    if (!streamNames.has(streamName)) {
      throw new Error(`event source mapping ${name}: the stream ${streamName} is not part of the deployment`);
    }
  }
  for (const { name, functionName, pattern } of logSubscriptions) {
    requireFunction(`log subscription ${name}`, functionName);
    parseFilterPattern(pattern);
  }
  for (const [group, { length }] of Map.groupBy(logSubscriptions, ({ logGroup }) => logGroup))
    if (length > 2) throw new Error(`log group ${group}: at most two subscriptions`);
  for (const { name, target } of schedules) {
    if ('functionName' in target) requireFunction(`schedule ${name}`, target.functionName);
    else if (!machineNames.has(target.stateMachine)) {
      throw new Error(`schedule ${name}: the state machine ${target.stateMachine} is not part of the deployment`);
    }
  }
}

function checkStreamSpec({ name, shardCount, retentionHours = 24 }: StreamSpec): void {
  if (!/^[a-zA-Z0-9_.-]{1,128}$/.test(name))
    throw new Error(`stream ${name}: the name must be 1 to 128 letters, digits, _ . or -`);
  if (!Number.isInteger(shardCount) || shardCount < 1)
    throw new Error(`stream ${name}: shardCount must be a whole number from 1`);
  if (!Number.isInteger(retentionHours) || retentionHours < 24 || retentionHours > 8_760)
    throw new Error(`stream ${name}: retentionHours must be a whole number from 24 to 8760`);
}

function uniqueNames(what: string, parts: readonly { readonly name: string }[]): Set<string> {
  const names = new Set<string>();
  for (const { name } of parts) {
    if (names.has(name)) throw new Error(`${what} ${name} is there twice`);
    names.add(name);
  }
  return names;
}
