import type {
  DecreaseStreamRetentionPeriodInput,
  IncreaseStreamRetentionPeriodInput,
  StartStreamEncryptionInput,
  StopStreamEncryptionInput,
} from '@aws-sdk/client-kinesis';
import { constraint, inUse, invalidArgument } from '../errors.ts';
import { horizonMs } from '../stream.ts';
import type { StreamRegistry } from '../stream-registry.ts';
import { requireStream } from './stream-of.ts';

const LEAST_HOURS = 24;
const MOST_HOURS = 8_760;

function checkHours(hours: number | undefined): number {
  if (hours !== undefined && Number.isInteger(hours) && hours >= LEAST_HOURS && hours <= MOST_HOURS) return hours;
  throw invalidArgument(`RetentionPeriodHours must be a whole number from ${LEAST_HOURS} to ${MOST_HOURS}.`);
}

/** What was too old before stays away. */
export function increaseRetention(streams: StreamRegistry, input: IncreaseStreamRetentionPeriodInput): void {
  const stream = requireStream(streams, input);
  const hours = checkHours(input.RetentionPeriodHours);
  if (hours < stream.retentionHours)
    throw invalidArgument(
      `Requested retention period (${hours} hours) for stream ${stream.name} can not be shorter than existing retention period (${stream.retentionHours} hours). Use DecreaseRetentionPeriod API.`,
    );
  stream.goneBeforeMs = horizonMs(stream, Math.floor(streams.context.clock.nowMs()));
  stream.retentionHours = hours;
  streams.save(stream);
}

export function decreaseRetention(streams: StreamRegistry, input: DecreaseStreamRetentionPeriodInput): void {
  const stream = requireStream(streams, input);
  const hours = checkHours(input.RetentionPeriodHours);
  if (hours > stream.retentionHours)
    throw invalidArgument(
      `Requested retention period (${hours} hours) for stream ${stream.name} can not be longer than existing retention period (${stream.retentionHours} hours). Use IncreaseRetentionPeriod API.`,
    );
  stream.retentionHours = hours;
  streams.save(stream);
}

export function startEncryption(streams: StreamRegistry, input: StartStreamEncryptionInput): void {
  const stream = requireStream(streams, input);
  if (input.EncryptionType !== 'KMS') throw constraint('encryptionType', 'satisfy enum value set: [KMS]');
  if (!input.KeyId || input.KeyId.length > 2048) throw constraint('keyId', 'have length between 1 and 2048');
  stream.encryptionKeyId = input.KeyId;
  streams.save(stream);
}

export function stopEncryption(streams: StreamRegistry, input: StopStreamEncryptionInput): void {
  const stream = requireStream(streams, input);
  if (stream.encryptionKeyId === undefined) throw inUse(`Stream ${stream.name} is not encrypted.`);
  if (input.KeyId !== stream.encryptionKeyId) throw invalidArgument('KeyId is not the key that the stream is encrypted with.');
  stream.encryptionKeyId = undefined;
  streams.save(stream);
}
