/**
 * Every bucket and prefix that holds something, with its class, how long it stays and how an entity is erased from it.
 * A place that is not in here must not be written to: a test holds it against the keys in use, and the stacks make their
 * lifecycle rules from it.
 */
export type DataClass = 'raw' | 'history' | 'state' | 'derived' | 'evidence';

export interface DataPlace {
  readonly bucket: 'raw' | 'ledger' | 'offline' | 'datasets' | 'work';
  /** Empty for the whole bucket. */
  readonly prefix: string;
  readonly holds: string;
  readonly class: DataClass;
  /** Undefined: kept until somebody deletes it. */
  readonly retentionDays: number | undefined;
  /** How an entity leaves this place. */
  readonly erasure: 'rewrite' | 'delete-object' | 'expires' | 'holds-no-entity';
}

export const dataMap: readonly DataPlace[] = [
  {
    bucket: 'raw',
    prefix: '',
    holds: 'files as they were uploaded, and their old versions',
    class: 'raw',
    retentionDays: undefined,
    erasure: 'rewrite',
  },
  {
    bucket: 'offline',
    prefix: 'feature-store/',
    holds: 'the history of every group',
    class: 'history',
    retentionDays: undefined,
    erasure: 'rewrite',
  },
  {
    bucket: 'datasets',
    prefix: 'datasets/',
    holds: 'training sets and their manifests',
    class: 'derived',
    retentionDays: undefined,
    erasure: 'rewrite',
  },
  {
    bucket: 'datasets',
    prefix: 'snapshots/',
    holds: 'the live records of each group at an instant, and their manifests',
    class: 'derived',
    retentionDays: 35,
    erasure: 'rewrite',
  },
  {
    bucket: 'work',
    prefix: 'snapshot-work/',
    holds: 'plans and counts while a snapshot is taken',
    class: 'derived',
    retentionDays: 3,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'work',
    prefix: 'dataset-work/',
    holds: 'rewritten labels and joined rows while a data set is built',
    class: 'derived',
    retentionDays: 3,
    erasure: 'expires',
  },
  {
    bucket: 'work',
    prefix: 'rebuild-work/',
    holds: 'rows and events that window states are made again from',
    class: 'derived',
    retentionDays: 3,
    erasure: 'expires',
  },
  {
    bucket: 'work',
    prefix: 'monitor-work/',
    holds: 'records of both stores while they are compared',
    class: 'derived',
    retentionDays: 3,
    erasure: 'expires',
  },
  {
    bucket: 'work',
    prefix: 'labels/',
    holds: 'labels that were uploaded for a data set',
    class: 'raw',
    retentionDays: 30,
    erasure: 'delete-object',
  },
  {
    bucket: 'work',
    prefix: 'query-results/',
    holds: 'results of queries',
    class: 'derived',
    retentionDays: 3,
    erasure: 'expires',
  },
  {
    bucket: 'ledger',
    prefix: 'catalogue.json',
    holds: 'which group stands behind a name',
    class: 'state',
    retentionDays: undefined,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'plans/',
    holds: 'how a file is cut into chunks',
    class: 'evidence',
    retentionDays: 400,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'chunk-copies/',
    holds: 'decompressed rows of gzip files',
    class: 'raw',
    retentionDays: 3,
    erasure: 'expires',
  },
  {
    bucket: 'ledger',
    prefix: 'chunk-results/',
    holds: 'counts of each chunk',
    class: 'evidence',
    retentionDays: 400,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'quarantine/',
    holds: 'refused rows with their bytes',
    class: 'raw',
    retentionDays: 90,
    erasure: 'rewrite',
  },
  {
    bucket: 'ledger',
    prefix: 'receipts/',
    holds: 'the receipt of each ingest',
    class: 'evidence',
    retentionDays: undefined,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'sealed/',
    holds: 'the last content sealed for an object key',
    class: 'state',
    retentionDays: undefined,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'unroutable/',
    holds: 'objects that no source takes',
    class: 'evidence',
    retentionDays: 90,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'summaries/',
    holds: 'the sums of each day',
    class: 'evidence',
    retentionDays: undefined,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'manifests/',
    holds: 'the manifest of each data set',
    class: 'evidence',
    retentionDays: undefined,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'snapshots/',
    holds: 'the manifest of each snapshot',
    class: 'evidence',
    retentionDays: undefined,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'snapshot-claims/',
    holds: 'which execution takes the snapshot of a scheduled time',
    class: 'state',
    retentionDays: 35,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'restore-plans/',
    holds: 'what a restore writes where',
    class: 'evidence',
    retentionDays: 400,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'restore-results/',
    holds: 'counts of each part of a restore',
    class: 'evidence',
    retentionDays: 400,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'restores/',
    holds: 'the receipt of each restore',
    class: 'evidence',
    retentionDays: undefined,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'monitor/',
    holds: 'the report of each comparison of the two stores',
    class: 'evidence',
    retentionDays: 400,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'inconsistencies/',
    holds: 'what differed between the two stores, by the HMAC of its entity',
    class: 'evidence',
    retentionDays: 400,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'dataset-work/',
    holds: 'the list of ranges while a data set is built',
    class: 'derived',
    retentionDays: 3,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'stream-batches/',
    holds: 'what became of each batch of a stream, as counts',
    class: 'evidence',
    retentionDays: 400,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'stream-pauses/',
    holds: 'who has paused a stream',
    class: 'state',
    retentionDays: undefined,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    prefix: 'rebuilds/',
    holds: 'the receipt of each rebuild and redrive of window states',
    class: 'evidence',
    retentionDays: undefined,
    erasure: 'holds-no-entity',
  },
  {
    bucket: 'ledger',
    // Lambda's own layout: async/<function>/<date>/… and <event-source mapping>/<shard>/<date>/…
    prefix: 'aws/lambda/',
    holds: 'events and stream records that a function finally failed on, with their payload',
    class: 'raw',
    retentionDays: 90,
    erasure: 'delete-object',
  },
];

export const findPlace = (bucket: DataPlace['bucket'], key: string): DataPlace | undefined =>
  dataMap.find((place) => place.bucket === bucket && key.startsWith(place.prefix));
