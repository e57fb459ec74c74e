/** Events into a stream, in their order: PutRecords in batches; what the stream refuses is sent again before anything that follows. */
import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import type { Waiting } from '@tidemark/pipeline';
import { CommandFailed } from '../output/exit-codes.ts';

export interface StreamEvent {
  readonly partitionKey: string;
  readonly body: unknown;
}

/** What one PutRecords may hold; its five megabytes are far from reached by events of ours. */
const MOST_RECORDS = 500;
const MOST_ATTEMPTS = 12;
const BASE_WAIT_MS = 50;
const MOST_WAIT_MS = 5_000;

/** Answers how many records had to be sent again. @throws CommandFailed when the stream goes on refusing */
export async function putEvents(
  { kinesis, waiting }: { readonly kinesis: KinesisClient; readonly waiting: Waiting },
  streamName: string,
  events: readonly StreamEvent[],
): Promise<{ readonly again: number }> {
  let again = 0;
  for (let at = 0; at < events.length; at += MOST_RECORDS) {
    let open = events.slice(at, at + MOST_RECORDS).map(({ partitionKey, body }) => ({
      PartitionKey: partitionKey,
      Data: Buffer.from(JSON.stringify(body)),
    }));
    for (let attempt = 1; open.length > 0; attempt++) {
      const { Records = [] } = await kinesis.send(new PutRecordsCommand({ StreamName: streamName, Records: open }));
      const codes = Records.map((record) => record.ErrorCode);
      open = open.filter((_, index) => codes[index] !== undefined);
      if (open.length === 0) break;
      again += open.length;
      if (attempt === MOST_ATTEMPTS)
        throw new CommandFailed(`stream ${streamName} refused ${open.length} records ${attempt} times: ${codes.find(Boolean)}`);
      await waiting.sleep(waiting.random() * Math.min(MOST_WAIT_MS, BASE_WAIT_MS * 2 ** attempt));
    }
  }
  return { again };
}
