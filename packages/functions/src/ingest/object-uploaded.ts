import { SFNClient } from '@aws-sdk/client-sfn';
import { clientSettings } from '@tidemark/aws/client-settings';
import { createExecutions } from '@tidemark/aws/step-functions-executions';
import { definitions } from '@tidemark/features';
import { routeObject } from '@tidemark/pipeline';
import type { S3Event } from 'aws-lambda';
import { ledger, objects } from '../runtime/ledger.ts';
import { settings } from '../runtime/settings.ts';
import { logger, task } from '../runtime/task.ts';

const executions = createExecutions(new SFNClient(clientSettings), { ingest: settings.text('INGEST_MACHINE_ARN') });

/** Keys in events are URL-encoded as a form is: a space is a plus. */
const decodeKey = (key: string) => decodeURIComponent(key.replaceAll('+', ' '));

export const handler = task(async (event: S3Event) => {
  for (const { s3, eventTime } of event.Records) {
    const object = {
      bucket: s3.bucket.name,
      key: decodeKey(s3.object.key),
      versionId: s3.object.versionId,
      uploadedAtMs: Date.parse(eventTime),
    };
    const outcome = await routeObject({ definitions, objects, ledger, executions }, object);
    logger.info('object uploaded', { bucket: object.bucket, key: object.key, outcome });
  }
});
