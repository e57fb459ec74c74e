import {
  AddTagsToStream$,
  CreateStream$,
  DecreaseStreamRetentionPeriod$,
  DeleteStream$,
  DescribeStream$,
  DescribeStreamSummary$,
  GetRecords$,
  GetShardIterator$,
  IncreaseStreamRetentionPeriod$,
  ListShards$,
  ListStreams$,
  ListTagsForStream$,
  MergeShards$,
  PutRecord$,
  PutRecords$,
  RemoveTagsFromStream$,
  SplitShard$,
  StartStreamEncryption$,
  StopStreamEncryption$,
} from '@aws-sdk/client-kinesis';
import { operation, type Service } from '../wire/service.ts';
import { decreaseRetention, increaseRetention, startEncryption, stopEncryption } from './operations/configure-operations.ts';
import { getRecords, getShardIterator } from './operations/get-operations.ts';
import { listShards } from './operations/list-shards.ts';
import { putManyRecords, putRecord } from './operations/put-operations.ts';
import { mergeShards, splitShard } from './operations/reshard-operations.ts';
import {
  createStream,
  deleteStream,
  describeStream,
  describeStreamSummary,
  listStreams,
} from './operations/stream-operations.ts';
import { addTags, listTags, removeTags } from './operations/tag-operations.ts';
import type { StreamRegistry } from './stream-registry.ts';

export function createKinesisService(streams: StreamRegistry): Service {
  const on = <Input, Output>(
    schema: Parameters<typeof operation>[0],
    handle: (streams: StreamRegistry, input: Input) => Output | Promise<Output>,
  ) => operation<Input, Output>(schema, (input) => handle(streams, input));

  return {
    name: 'kinesis',
    protocol: 'awsJson1_1',
    targetPrefix: 'Kinesis_20131202',
    operations: {
      AddTagsToStream: on(AddTagsToStream$, addTags),
      CreateStream: on(CreateStream$, createStream),
      DecreaseStreamRetentionPeriod: on(DecreaseStreamRetentionPeriod$, decreaseRetention),
      DeleteStream: on(DeleteStream$, deleteStream),
      DescribeStream: on(DescribeStream$, describeStream),
      DescribeStreamSummary: on(DescribeStreamSummary$, describeStreamSummary),
      GetRecords: on(GetRecords$, getRecords),
      GetShardIterator: on(GetShardIterator$, getShardIterator),
      IncreaseStreamRetentionPeriod: on(IncreaseStreamRetentionPeriod$, increaseRetention),
      ListShards: on(ListShards$, listShards),
      ListStreams: on(ListStreams$, listStreams),
      ListTagsForStream: on(ListTagsForStream$, listTags),
      MergeShards: on(MergeShards$, mergeShards),
      PutRecord: on(PutRecord$, putRecord),
      PutRecords: on(PutRecords$, putManyRecords),
      RemoveTagsFromStream: on(RemoveTagsFromStream$, removeTags),
      SplitShard: on(SplitShard$, splitShard),
      StartStreamEncryption: on(StartStreamEncryption$, startEncryption),
      StopStreamEncryption: on(StopStreamEncryption$, stopEncryption),
    },
  };
}
