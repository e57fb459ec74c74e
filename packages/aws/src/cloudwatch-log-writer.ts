import { type CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { TidemarkError } from '@tidemark/domain';
import type { LogLine, LogWriter } from '@tidemark/pipeline';
import { withPrintedLogEvents } from './put-log-events-body.ts';
import { calling, isServiceError, translateError } from './translate-error.ts';

/** @see API reference of CloudWatch Logs, PutLogEvents */
const MOST_LINES = 10_000;
const MOST_BYTES = 1_048_576;
const BYTES_BESIDE_MESSAGE = 26;
const LONGEST_SPAN_MS = 86_400_000;

/** Writes into the streams of one log group, which make themselves. */
export function createLogWriter(logs: CloudWatchLogsClient, logGroupName: string): LogWriter {
  withPrintedLogEvents(logs);

  async function put(logStreamName: string, lines: readonly LogLine[]): Promise<void> {
    const logEvents = lines.map(({ timestampMs, message }) => ({ timestamp: timestampMs, message }));
    const { rejectedLogEventsInfo } = await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
    if (rejectedLogEventsInfo === undefined) return;
    const why = Object.keys(rejectedLogEventsInfo).join(', ');
    throw new TidemarkError('DEPENDENCY_FAILED', `${logGroupName} takes lines of the last 14 days only: ${why}`);
  }

  async function createStream(logStreamName: string): Promise<void> {
    try {
      await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    } catch (error) {
      // Another delivery of the same stream was quicker.
      if (!isServiceError(error, 'ResourceAlreadyExistsException'))
        throw translateError(`creating a stream of ${logGroupName}`, error);
    }
  }

  return {
    async append(stream, lines) {
      for (const batch of batchesOf(lines)) {
        try {
          await put(stream, batch);
        } catch (error) {
          if (!isServiceError(error, 'ResourceNotFoundException')) throw translateError(`writing to ${logGroupName}`, error);
          await createStream(stream);
          await calling(`writing to ${logGroupName}`, () => put(stream, batch));
        }
      }
    },
  };
}

/** In order of time, as many in one call as it takes. */
function batchesOf(lines: readonly LogLine[]): LogLine[][] {
  const batches: LogLine[][] = [];
  let bytes = 0;
  for (const line of lines.toSorted((a, b) => a.timestampMs - b.timestampMs)) {
    const lineBytes = Buffer.byteLength(line.message) + BYTES_BESIDE_MESSAGE;
    const batch = batches.at(-1);
    const fits =
      batch !== undefined &&
      batch.length < MOST_LINES &&
      bytes + lineBytes <= MOST_BYTES &&
      line.timestampMs - (batch[0]?.timestampMs ?? 0) <= LONGEST_SPAN_MS;
    if (fits) batch.push(line);
    else batches.push([line]);
    bytes = fits ? bytes + lineBytes : lineBytes;
  }
  return batches;
}
