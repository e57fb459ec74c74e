import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { TidemarkError } from '@tidemark/domain';
import { dateOf, type IngestRequest, ingestIdOf, ledgerKeys, type Receipt } from '@tidemark/pipeline';
import { CommandFailed } from '../output/exit-codes.ts';
import type { ConnectedStage } from './connect.ts';
import { waiting } from './waiting.ts';

export interface Upload {
  readonly key: string;
  readonly request: IngestRequest;
  readonly ingestId: string;
}

/** Puts a file into a bucket; the raw bucket's notification starts the ingest. */
export async function upload(
  stage: ConnectedStage,
  file: string,
  key: string,
  bucket = stage.names.bucket('raw'),
): Promise<Upload> {
  const { size } = await stat(file);
  const { VersionId } = await stage.s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: createReadStream(file), ContentLength: size }),
  );
  const request: IngestRequest = { bucket, key, versionId: VersionId, attempt: 0 };
  return { key, request, ingestId: ingestIdOf(request, 0) };
}

/** Starts the ingest of an object again, under the next attempt that nobody has used. */
export async function ingestAgain(stage: ConnectedStage, request: IngestRequest): Promise<Upload> {
  for (let attempt = request.attempt + 1; ; attempt++) {
    const next = { ...request, attempt };
    const ingestId = ingestIdOf(next, attempt);
    const input = { ...next, versionId: next.versionId ?? '' };
    if ((await stage.executions.start('ingest', ingestId, input)) === 'started')
      return { key: next.key, request: next, ingestId };
  }
}

const POLL_MS = 150;

/** Waits until the ingest has its receipt. @throws FILE_UNROUTABLE; CommandFailed when its execution fails */
export async function followIngest(stage: ConnectedStage, { request, ingestId, key }: Upload): Promise<Receipt> {
  const head = await stage.objects.head(request);
  const date = dateOf(head?.lastModifiedMs ?? 0);
  const ledger = stage.names.bucket('ledger');
  for (;;) {
    const status = await stage.executions.status('ingest', ingestId);
    if (status === 'SUCCEEDED') {
      const body = await stage.objects.read({ bucket: ledger, key: ledgerKeys.receipt(date, ingestId) });
      if (body !== undefined) return JSON.parse(Buffer.from(body).toString('utf8')) as Receipt;
    }
    if (status === 'FAILED' || status === 'TIMED_OUT' || status === 'ABORTED') {
      throw new CommandFailed(
        `the ingest of ${key} ended as ${status}: see execution ${ingestId} of ${stage.names.machineName('ingest')}`,
      );
    }
    if (
      status === undefined &&
      (await stage.objects.head({ bucket: ledger, key: ledgerKeys.unroutable(date, ingestId) })) !== undefined
    ) {
      throw new TidemarkError('FILE_UNROUTABLE', `no source is declared for the prefix of ${key}: nothing was ingested`);
    }
    await waiting.sleep(POLL_MS);
  }
}
