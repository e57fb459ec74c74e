/** Files and events in: the functions and machines of ingest and streams, and what wakes them. */
import type { BucketName } from '@tidemark/functions/topology';
import { topology } from '@tidemark/functions/topology';
import type { Foundation } from './foundation.ts';
import { createCapability } from './parts/capability.ts';
import { pascal } from './policies/statement.ts';

export function createIngestion(foundation: Foundation): void {
  const functions = createCapability(foundation, 'ingestion');
  for (const [name, { notifies }] of Object.entries(topology.buckets)) {
    if (notifies.length === 0) continue;
    foundation.storage.buckets[name as BucketName].notify({
      notifications: notifies.map((one) => {
        const target = functions.get(one);
        if (target === undefined) throw new Error(`bucket ${name} notifies ${one}, which is no function of ingestion`);
        return { name: pascal(one), events: ['s3:ObjectCreated:*'], function: target.arn };
      }),
    });
  }
}
