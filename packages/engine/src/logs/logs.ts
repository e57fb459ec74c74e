/**
 * CloudWatch Logs: log groups that functions write to and people read, and subscriptions to what functions print.
 *
 * Gaps
 * - Operations: CreateLogStream, PutLogEvents, DescribeLogGroups, DescribeLogStreams, GetLogEvents, FilterLogEvents; others
 *   answer UnknownOperationException. Groups, their retention and subscriptions come from the deployment.
 * - Filter patterns: see filter-pattern.ts; others are refused with InvalidParameterException. No Logs Insights, no metric
 *   filters, no data protection; every group is of the class STANDARD.
 *
 * Differences by design
 * - What functions print is in files (`logs/`, see lambda.ts), not in their groups: those cannot be read here. Subscriptions
 *   see it all the same.
 * - A subscription delivers after two seconds of the engine's time or a million characters; what a kill finds waiting is lost.
 *   `logRedeliverShare` of the deliveries happen twice, as "at least once" allows.
 * - An event can be read as soon as it was put.
 *
 * Client quirks: none seen.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineContext } from '../engine-context.ts';
import type { Service } from '../wire/service.ts';
import { openLogStore } from './log-store.ts';
import { createLogsService } from './logs-service.ts';
import { createSubscriptions, type LogSubscriptionSpec, type Subscriptions } from './subscriptions.ts';

/** A log group, as plain data. */
export interface LogGroupSpec {
  readonly name: string;
  /** Left out: for ever. */
  readonly retentionDays?: number;
}

export interface Logs extends Pick<Subscriptions, 'capture' | 'flush' | 'isBusy'> {
  readonly service: Service;
  /** Groups that are not named stay, subscriptions are replaced. @throws AwsError as Subscriptions.deploy */
  deploy(groups: readonly LogGroupSpec[], subscriptions: readonly LogSubscriptionSpec[]): void;
  /** What waits is handed over before. */
  stop(): void;
}

export function createLogs(
  context: EngineContext,
  { deliver }: { deliver: (functionArn: string, event: unknown) => Promise<void> },
): Logs {
  const directory = join(context.dataDir, 'logs');
  mkdirSync(directory, { recursive: true });
  const store = openLogStore(join(directory, 'groups.db'));
  const { capture, flush, isBusy, deploy } = createSubscriptions(context, deliver);
  return {
    service: createLogsService(context, store),
    capture,
    flush,
    isBusy,
    deploy(groups, subscriptions) {
      deploy(subscriptions);
      for (const { name, retentionDays } of groups) store.putGroup(name, retentionDays, context.clock.nowMs());
    },
    stop: store.close,
  };
}
