import {
  CreateStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DescribeStreamSummaryCommand,
  IncreaseStreamRetentionPeriodCommand,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';
import type { StreamSpec } from './deployment.ts';

/** Creates or changes one stream through Kinesis' own API; tells what was changed. Shards that are there stay. */
export async function deployStream(
  kinesis: KinesisClient,
  { name, shardCount, retentionHours = 24 }: StreamSpec,
): Promise<string[]> {
  const StreamName = name;
  const changes: string[] = [];
  if (!(await exists(kinesis, name))) {
    await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: shardCount }));
    changes.push(`stream ${name} created`);
  }
  const { StreamDescriptionSummary: summary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
  const current = summary?.RetentionPeriodHours ?? 24;
  if (current === retentionHours) return changes;
  const input = { StreamName, RetentionPeriodHours: retentionHours };
  if (current < retentionHours) await kinesis.send(new IncreaseStreamRetentionPeriodCommand(input));
  else await kinesis.send(new DecreaseStreamRetentionPeriodCommand(input));
  return [...changes, `stream ${name}: retention set to ${retentionHours} hours`];
}

async function exists(kinesis: KinesisClient, StreamName: string): Promise<boolean> {
  try {
    await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
    return true;
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return false;
    throw error;
  }
}
