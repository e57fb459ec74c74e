import type { StageContext } from './parts/context.ts';

export type Network = { subnetIds: $util.Output<string>[]; securityGroupId: $util.Output<string> };

export function createNetwork(_: StageContext): Network | undefined {
  return undefined;
}
