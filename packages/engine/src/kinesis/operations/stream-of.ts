import { constraint, invalidArgument, notFound, unsupported } from '../errors.ts';
import { type Shard, shardIdOf, shardIndexOf } from '../shard.ts';
import type { Stream } from '../stream.ts';
import type { StreamRegistry } from '../stream-registry.ts';

export interface StreamReference {
  readonly StreamName?: string | undefined;
  readonly StreamARN?: string | undefined;
  readonly StreamId?: string | undefined;
  readonly DryRun?: boolean | undefined;
}

const NAME = /^[a-zA-Z0-9_.-]{1,128}$/;
const ARN = /^arn:aws:kinesis:[a-z0-9-]+:\d{12}:stream\/([a-zA-Z0-9_.-]{1,128})$/;

export function checkStreamName(name: string): string {
  if (!NAME.test(name)) throw constraint('streamName', 'satisfy regular expression pattern: [a-zA-Z0-9_.-]{1,128}');
  return name;
}

/** The name that a request gives by name, ARN or both. */
export function streamNameOf({ StreamName, StreamARN, StreamId, DryRun }: StreamReference): string | undefined {
  if (StreamId !== undefined) throw unsupported('StreamId', 'use StreamName or StreamARN');
  if (DryRun) throw unsupported('DryRun', 'leave it out');
  if (StreamARN === undefined) return StreamName === undefined ? undefined : checkStreamName(StreamName);
  const [, name] = ARN.exec(StreamARN) ?? [];
  if (name === undefined) throw constraint('streamARN', 'be the ARN of a stream');
  if (StreamName !== undefined && StreamName !== name)
    throw invalidArgument('StreamName and StreamARN name different streams: give one of them.');
  return name;
}

export function requireStream(streams: StreamRegistry, input: StreamReference): Stream {
  const name = streamNameOf(input);
  if (name === undefined) throw invalidArgument('Either StreamName or StreamARN must be given.');
  return streams.require(name);
}

export function requireShard({ context }: StreamRegistry, stream: Stream, shardId: string): Shard {
  const index = shardIndexOf(shardId);
  const shard = stream.shards.find((candidate) => candidate.index === index);
  if (shard) return shard;
  // What the client sent is echoed only when it has the form of an id.
  const id = index === undefined ? 'of that id' : shardIdOf(index);
  throw notFound(`Shard ${id} in stream ${stream.name} under account ${context.account} does not exist.`);
}
