/** What every function that works with the ledger is made of: built once per cold start. */
import { S3Client } from '@aws-sdk/client-s3';
import { clientSettings } from '@tidemark/aws/client-settings';
import { withConstantUserAgent } from '@tidemark/aws/constant-user-agent';
import { createS3ObjectStore } from '@tidemark/aws/s3-object-store';
import { createCatalogueReader } from '@tidemark/pipeline';
import { settings } from './settings.ts';
import { waiting } from './waiting.ts';

export const ledger = settings.text('LEDGER_BUCKET');
export const objects = createS3ObjectStore(withConstantUserAgent(new S3Client(clientSettings)));
export const catalogue = createCatalogueReader(objects, ledger, waiting.nowMs);
