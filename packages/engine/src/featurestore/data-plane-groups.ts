/** What the data plane knows of a group now: definitions and default TTL reach it after settings.schemaCacheMs. */
import type { EngineContext } from '../engine-context.ts';
import { type FeatureGroup, statusOf } from '../sagemaker/feature-group.ts';
import { type FeatureGroupRegistry, groupNameOf } from '../sagemaker/feature-group-registry.ts';
import type { AwsError } from '../wire/aws-error.ts';
import { compileRecordSchema, type RecordSchema } from './record-schema.ts';
import { validationError } from './runtime-errors.ts';

export interface DataPlaneGroups {
  /**
   * Takes a name or an ARN.
   * @throws what `unknown` makes of the name, for a group that is missing or still in creation.
   */
  resolve(nameOrArn: string, unknown: (name: string) => AwsError): RecordSchema;
}

const namePattern = /^[a-zA-Z0-9]([-_]*[a-zA-Z0-9]){0,63}$/;

interface Compiled {
  readonly group: FeatureGroup;
  readonly schema: RecordSchema;
  /** When something that is known to come changes it; Infinity mostly. */
  readonly untilMs: number;
}

export function createDataPlaneGroups(registry: FeatureGroupRegistry, { clock }: EngineContext): DataPlaneGroups {
  const compiled = new Map<string, Compiled>();
  return {
    resolve(nameOrArn, unknown) {
      const cached = compiled.get(nameOrArn);
      const name = cached ? cached.group.name : groupNameOf(nameOrArn);
      const group = registry.find(name);
      const nowMs = clock.nowMs();
      if (cached && cached.group === group && nowMs < cached.untilMs) return cached.schema;
      compiled.delete(nameOrArn);
      if (!namePattern.test(name))
        throw validationError('Validation Error: FeatureGroupName must be a feature group name or ARN.');
      if (!group || statusOf(group, nowMs) !== 'Created') throw unknown(name);
      const fresh = compile(group, nowMs);
      compiled.set(nameOrArn, fresh);
      return fresh.schema;
    },
  };
}

function compile(group: FeatureGroup, nowMs: number): Compiled {
  const times = [...group.definitionKnownFromMs, ...group.defaultTtls.map(({ fromMs }) => fromMs)];
  // Additions stand at the end and become known in order, so that what is known is a prefix.
  const knownCount = group.definitionKnownFromMs.filter((fromMs) => fromMs <= nowMs).length;
  const ttl = group.defaultTtls.findLast(({ fromMs }) => fromMs <= nowMs)?.ttl;
  return {
    group,
    schema: compileRecordSchema(group, knownCount, ttl),
    untilMs: Math.min(...times.filter((fromMs) => fromMs > nowMs), Number.POSITIVE_INFINITY),
  };
}
