import { gunzipSync } from 'node:zlib';
import type { LogLine } from '@tidemark/pipeline';
import type { CloudWatchLogsDecodedData, CloudWatchLogsEvent } from 'aws-lambda';

/** What an invocation by a log subscription brings: lines of one stream. None in a message that only tries the way. */
export function deliveryOf({ awslogs }: CloudWatchLogsEvent): { readonly stream: string; readonly lines: readonly LogLine[] } {
  const text = gunzipSync(Buffer.from(awslogs.data, 'base64')).toString('utf8');
  const { messageType, logStream, logEvents } = JSON.parse(text) as CloudWatchLogsDecodedData;
  const lines = messageType === 'DATA_MESSAGE' ? logEvents : [];
  return { stream: logStream, lines: lines.map(({ timestamp, message }) => ({ timestampMs: timestamp, message })) };
}
