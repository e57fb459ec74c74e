import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { clientSettings } from '@tidemark/aws/client-settings';
import { createLogWriter } from '@tidemark/aws/cloudwatch-log-writer';
import { withConstantUserAgent } from '@tidemark/aws/constant-user-agent';
import type { CloudWatchLogsEvent } from 'aws-lambda';
import { settings } from '../runtime/settings.ts';
import { task } from '../runtime/task.ts';
import { deliveryOf } from './log-delivery.ts';

const audit = createLogWriter(withConstantUserAgent(new CloudWatchLogsClient(clientSettings)), settings.text('AUDIT_LOG_GROUP'));

/** Audit lines from the log of serve-features into one that keeps them longer, under the same stream and time. */
export const handler = task(async (event: CloudWatchLogsEvent) => {
  const { stream, lines } = deliveryOf(event);
  await audit.append(stream, lines);
});
