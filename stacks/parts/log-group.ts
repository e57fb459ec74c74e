import { logGroupName } from '../policies/place.ts';
import type { Keys } from '../security.ts';
import { type StageContext, tags } from './context.ts';

/** A log group under `/tidemark/{stage}/`, which is what the operations key lets CloudWatch encrypt. */
export function createLogGroup(
  context: StageContext,
  keys: Keys,
  name: string,
  { kind, of, audit = false }: { kind: 'functions' | 'machines' | 'api'; of: string; audit?: boolean },
) {
  return new aws.cloudwatch.LogGroup(
    `${name}Log`,
    {
      name: logGroupName(context, kind, of),
      kmsKeyId: keys.operations.arn,
      retentionInDays: audit ? context.profile.auditDays : context.profile.logDays,
      tags: tags(context, { class: audit ? 'evidence' : 'operations', for: of }),
    },
    audit && context.profile.keepsData ? { protect: true, retainOnDelete: true } : {},
  );
}
