import type { LogGroupKind } from '@tidemark/functions/resolve-topology';
import type { Keys } from '../security.ts';
import { keepsData, type StageContext, tags } from './context.ts';

/** A log group under `/tidemark/{stage}/`, which is what the operations key lets CloudWatch encrypt. */
export function createLogGroup(
  context: StageContext,
  keys: Keys,
  name: string,
  { kind, of }: { kind: LogGroupKind; of: string },
) {
  // Who asked for what is evidence, and stays longer than what went wrong.
  const isEvidence = kind === 'audit';
  return new aws.cloudwatch.LogGroup(
    `${name}Log`,
    {
      name: context.names.logGroup(kind, of),
      // Infrequent Access takes no subscription and few ways to read, and a group's class is for ever: docs/decisions/041-audit-log.md.
      logGroupClass: 'STANDARD',
      kmsKeyId: keys.operations.arn,
      retentionInDays: isEvidence ? context.profile.auditDays : context.profile.logDays,
      tags: tags(context, { class: isEvidence ? 'evidence' : 'operations', for: of }),
    },
    isEvidence ? keepsData(context) : {},
  );
}
