/**
 * The body of PutLogEvents, printed at once.
 *
 * The SDK's serializer walks the schema for every line: in an instance that has just started a tenth of a second for 2,000
 * lines (measured, client 3.1169). No member of this request is a blob or goes into the path or a header, and times are
 * numbers, so its JSON is the body. A test holds it against what the serializer prints.
 */
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';

interface Call {
  readonly input: object;
  readonly request: { body: unknown };
  /** Goes along with one call. Not in the context: with cached middleware all calls of a command share that. */
  readonly printed?: string;
}
interface Context {
  readonly commandName?: string;
}
type Next = (call: Call) => Promise<unknown>;

/** What the serializer has nothing to walk in. */
const EMPTY = { logGroupName: '', logStreamName: '', logEvents: [] };

/** The serializer gets an empty input; the request it makes gets the real one as its body, before it is signed. */
export function withPrintedLogEvents(client: CloudWatchLogsClient): CloudWatchLogsClient {
  const print = (next: Next, { commandName }: Context) =>
    commandName === 'PutLogEventsCommand'
      ? (call: Call) => next({ ...call, input: EMPTY, printed: JSON.stringify(call.input) })
      : next;
  const put = (next: Next) => (call: Call) => {
    if (call.printed !== undefined) call.request.body = call.printed;
    return next(call);
  };
  client.middlewareStack.add(print as never, { step: 'initialize', name: 'printLogEventsMiddleware', override: true });
  client.middlewareStack.add(put as never, {
    step: 'serialize',
    priority: 'low',
    name: 'putLogEventsMiddleware',
    override: true,
  });
  return client;
}
