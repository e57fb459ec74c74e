import { findSource } from '@tidemark/domain';
import { printJson } from '../ledger/json-objects.ts';
import { dateOf, ingestIdOf, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { Executions } from '../ports/executions.ts';
import type { IngestDependencies } from './ingest-dependencies.ts';

export interface UploadedObject {
  readonly bucket: string;
  /** Decoded. */
  readonly key: string;
  readonly versionId: string | undefined;
  readonly uploadedAtMs: number;
}

/**
 * An object has landed → its ingest is started, or it is recorded as unroutable. Delivered twice it starts once: the
 * name of the execution is that of the object version.
 */
export async function routeObject(
  deps: Pick<IngestDependencies, 'definitions' | 'objects' | 'ledger'> & { readonly executions: Executions },
  object: UploadedObject,
): Promise<'started' | 'exists' | 'unroutable'> {
  const { bucket, key, versionId } = object;
  const ingestId = ingestIdOf(object, 0);
  if (findSource(deps.definitions, key) === undefined) {
    const body = printJson({ bucket, key, versionId, code: 'FILE_UNROUTABLE', message: 'no source is declared for this prefix' });
    await deps.objects.putOnce(deps.ledger, ledgerKeys.unroutable(dateOf(object.uploadedAtMs), ingestId), body);
    return 'unroutable';
  }
  return deps.executions.start('ingest', ingestId, { bucket, key, versionId: versionId ?? '', attempt: 0 });
}
