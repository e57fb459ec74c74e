import type {
  PutRecordInput,
  PutRecordOutput,
  PutRecordsInput,
  PutRecordsOutput,
  PutRecordsRequestEntry,
  PutRecordsResultEntry,
} from '@aws-sdk/client-kinesis';
import { AwsError } from '../../wire/aws-error.ts';
import { constraint, invalidArgument } from '../errors.ts';
import { parseHashKey } from '../hash-range.ts';
import { type NewRecord, type PlacedRecord, putRecords } from '../put-records.ts';
import { parseSequenceNumber } from '../sequence-number.ts';
import { shardIdOf } from '../shard.ts';
import type { Stream } from '../stream.ts';
import type { StreamRegistry } from '../stream-registry.ts';
import { requireStream } from './stream-of.ts';

const MOST_RECORDS = 500;
const REQUEST_BYTES = 10 * 1024 * 1024;
const RECORD_BYTES = 1024 * 1024;

const encryptionOf = ({ encryptionKeyId }: Stream) => (encryptionKeyId === undefined ? {} : { EncryptionType: 'KMS' as const });

export async function putRecord(streams: StreamRegistry, input: PutRecordInput): Promise<PutRecordOutput> {
  const record = newRecord(input, '');
  const ordering = input.SequenceNumberForOrdering;
  // Numbers grow in the order of the writes as it is; only one that nobody was given is told apart.
  if (ordering !== undefined && !parseSequenceNumber(ordering))
    throw invalidArgument('SequenceNumberForOrdering is not a sequence number of this stream.');
  const stream = requireStream(streams, input);
  const [placed] = (await putRecords(streams, stream, [record])) as [PlacedRecord];
  if (placed.sequenceNumber === undefined)
    throw new AwsError('InternalFailureException', 'The record could not be written to disk.', 500);
  return { ShardId: shardIdOf(placed.shard.index), SequenceNumber: placed.sequenceNumber, ...encryptionOf(stream) };
}

export async function putManyRecords(streams: StreamRegistry, input: PutRecordsInput): Promise<PutRecordsOutput> {
  const entries = input.Records ?? [];
  if (entries.length < 1) throw constraint('records', 'have length greater than or equal to 1');
  if (entries.length > MOST_RECORDS) throw constraint('records', `have length less than or equal to ${MOST_RECORDS}`);
  const records = entries.map((entry, at) => newRecord(entry, `records.${at + 1}.member.`));
  const sizeBytes = records.reduce((sum, record) => sum + sizeOf(record), 0);
  if (sizeBytes > REQUEST_BYTES) throw invalidArgument(`Records size exceeds the limit of ${REQUEST_BYTES} bytes a request.`);
  const stream = requireStream(streams, input);

  const { random, settings } = streams.context;
  const isThrottled = records.map(() => settings.streamThrottleShare > 0 && random() < settings.streamThrottleShare);
  const placed = await putRecords(
    streams,
    stream,
    records.filter((_, at) => !isThrottled[at]),
  );
  let taken = 0;
  const results = isThrottled.map((throttled) => {
    if (throttled)
      return {
        ErrorCode: 'ProvisionedThroughputExceededException',
        ErrorMessage: `Rate exceeded for a shard in stream ${stream.name} under account ${streams.context.account}.`,
      };
    return resultOf(placed[taken++] as PlacedRecord);
  });
  return {
    FailedRecordCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length,
    Records: results,
    ...encryptionOf(stream),
  };
}

function resultOf({ shard, sequenceNumber }: PlacedRecord): PutRecordsResultEntry {
  if (sequenceNumber === undefined) return { ErrorCode: 'InternalFailure', ErrorMessage: 'Internal service failure.' };
  return { ShardId: shardIdOf(shard.index), SequenceNumber: sequenceNumber };
}

const sizeOf = ({ partitionKey, data }: NewRecord) => data.length + Buffer.byteLength(partitionKey);

/** @param at where the record is in the request, for the error */
function newRecord({ Data, PartitionKey, ExplicitHashKey }: PutRecordsRequestEntry, at: string): NewRecord {
  const partitionKey = PartitionKey;
  if (partitionKey === undefined) throw constraint(`${at}partitionKey`, 'not be null');
  const keyLength = [...partitionKey].length;
  if (keyLength < 1) throw constraint(`${at}partitionKey`, 'have length greater than or equal to 1');
  if (keyLength > 256) throw constraint(`${at}partitionKey`, 'have length less than or equal to 256');
  const explicitHashKey = ExplicitHashKey === undefined ? undefined : parseHashKey(ExplicitHashKey);
  if (ExplicitHashKey !== undefined && explicitHashKey === undefined)
    throw invalidArgument('Invalid ExplicitHashKey: it must be a whole number of at least 0 and below 2^128, in decimal.');
  const record = { partitionKey, explicitHashKey, data: Data as Uint8Array };
  if (sizeOf(record) > RECORD_BYTES)
    throw constraint(`${at}data`, `have, with its partition key, length less than or equal to ${RECORD_BYTES}`);
  return record;
}
