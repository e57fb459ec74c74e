import type { EngineContext } from '../engine-context.ts';
import type { Buckets } from '../ports.ts';
import type { AcceptedInvocation } from './async-outbox.ts';
import { destinationOf, type FunctionSpec, functionArn } from './function-spec.ts';
import type { Outcome } from './instance.ts';

/**
 * Puts the invocation record of an asynchronous invocation that finally failed, in Lambda's form, at
 * `<prefix>aws/lambda/async/<function>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<request id>`. Time and id are those of the
 * acceptance, so that writing it again after a crash replaces the same object.
 */
export async function putFailureRecord(
  context: EngineContext,
  buckets: Buckets,
  spec: FunctionSpec,
  invocation: AcceptedInvocation,
  attempts: number,
  outcome: Outcome,
): Promise<void> {
  const destination = destinationOf(spec);
  if (!destination) return;
  const [date = '', time = ''] = new Date(invocation.acceptedMs).toISOString().slice(0, 19).split('T');
  const key = `${destination.prefix}aws/lambda/async/${spec.name}/${date.replaceAll('-', '/')}/${date}T${time.replaceAll(':', '.')}-${invocation.requestId}`;
  const record = {
    version: '1.0',
    timestamp: new Date(context.clock.nowMs()).toISOString(),
    requestContext: {
      requestId: invocation.requestId,
      functionArn: `${functionArn(context, spec.name)}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: attempts,
    },
    requestPayload: JSON.parse(invocation.payload),
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: outcome.functionError },
    responsePayload: JSON.parse(outcome.payload),
  };
  await buckets.put(destination.bucket, key, Buffer.from(JSON.stringify(record)));
}
