import { destinationOf } from '../function-spec.ts';

/** What brings the records of a stream to a function, as plain data. */
export interface EventSourceMappingSpec {
  readonly name: string;
  readonly streamName: string;
  readonly functionName: string;
  /** 1 to 10,000 records. */
  readonly batchSize: number;
  /** How long to gather records for a batch that is not full: whole seconds up to 300; default 0. */
  readonly maximumBatchingWindowMs?: number;
  /** Where a new mapping begins in the shards that are there; in shards that come later, at their beginning. */
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST' | { readonly atMs: number };
  /** Whether a batch that fails is split in two; default false. */
  readonly bisectBatchOnFunctionError?: boolean;
  /** How often a batch is retried, 0 to 10,000; -1, the default, until its records are gone from the stream. */
  readonly maximumRetryAttempts?: number;
  /** Whole seconds from 60 to 604,800 after which a record is discarded; -1, the default, for no such limit. */
  readonly maximumRecordAgeMs?: number;
  /** `s3://bucket/prefix` for batches that are discarded. */
  readonly failureDestination?: string;
  /** Whether the function's answer says from which record on a batch failed (`ReportBatchItemFailures`). */
  readonly reportBatchItemFailures: boolean;
  /** Default true. */
  readonly enabled?: boolean;
}

const NAME = /^[A-Za-z0-9_.-]{1,128}$/;
const DESTINATION = /^s3:\/\/[^/]+(\/.*)?$/;

const isWhole = (value: number, least: number, most: number) => Number.isInteger(value) && value >= least && value <= most;

/** @throws Error that names the mapping and the field, before anything of it is deployed. */
export function checkMappingSpec(spec: EventSourceMappingSpec): void {
  const refuse = (what: string): never => {
    throw new Error(`event source mapping ${spec.name}: ${what}`);
  };
  if (!NAME.test(spec.name)) refuse('the name must be 1 to 128 letters, digits, -, _ or .');
  const fault = fieldFault(spec);
  if (fault) refuse(fault);
}

/** What is wrong with the settings of a mapping, for people; undefined when nothing is. */
export function fieldFault(spec: Omit<EventSourceMappingSpec, 'name'>): string | undefined {
  const { maximumBatchingWindowMs = 0, maximumRetryAttempts = -1, maximumRecordAgeMs = -1, startingPosition } = spec;
  if (!isWhole(spec.batchSize, 1, 10_000)) return 'batchSize must be a whole number from 1 to 10000';
  if (!isWhole(maximumBatchingWindowMs / 1_000, 0, 300)) return 'maximumBatchingWindowMs must be whole seconds from 0 to 300000';
  if (!isWhole(maximumRetryAttempts, -1, 10_000)) return 'maximumRetryAttempts must be a whole number from -1 to 10000';
  if (maximumRecordAgeMs !== -1 && !isWhole(maximumRecordAgeMs / 1_000, 60, 604_800))
    return 'maximumRecordAgeMs must be -1 or whole seconds from 60000 to 604800000';
  if (
    typeof startingPosition === 'object'
      ? !isWhole(startingPosition.atMs, 0, 8.64e15)
      : !['TRIM_HORIZON', 'LATEST'].includes(startingPosition)
  )
    return 'startingPosition must be TRIM_HORIZON, LATEST or { atMs }, in whole milliseconds';
  if (spec.failureDestination !== undefined && (!DESTINATION.test(spec.failureDestination) || !destinationOf(spec)))
    return 'failureDestination must look like s3://bucket/prefix';
  return undefined;
}
