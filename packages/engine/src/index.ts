export type { Authorizer, Route } from './apigateway/route-table.ts';
export type { MetricQuery, Metrics } from './cloudwatch/metrics.ts';
export { createEngine } from './create-engine.ts';
export {
  type BucketNotification,
  type BucketSpec,
  type Deployment,
  emptyDeployment,
  type MachineSpec,
  type StreamSpec,
} from './deployment/deployment.ts';
export type { Engine, EngineOptions } from './engine.ts';
export { engineCredentials } from './engine-credentials.ts';
export type { AccessEntry } from './iam/access.ts';
export { decide } from './iam/decide.ts';
export { type ImpliedCall, impliedCalls } from './iam/implied-calls.ts';
export { compileRole, type Permission, type PolicyDocument, type PolicyStatement, type RoleSpec } from './iam/policy.ts';
export type { EventSourceMappingSpec } from './lambda/event-source-mapping/mapping-spec.ts';
export type { FunctionSpec } from './lambda/function-spec.ts';
export type { Schedule } from './scheduler/scheduler.ts';
export { type EngineSettings, type ProfileName, profiles } from './settings.ts';
export { createEngineClock, type EngineClock } from './time/engine-clock.ts';
