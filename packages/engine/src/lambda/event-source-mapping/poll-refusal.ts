import type { Access } from '../../iam/access.ts';
import type { ImpliedCall } from '../../iam/implied-calls.ts';
import { impliedCalls } from '../../iam/implied-calls.ts';
import { kmsRequests } from '../../iam/requests/kms-requests.ts';
import type { EventSourceMappingSpec } from './mapping-spec.ts';

/** Why the function's role may not read the stream; undefined when it may. */
export function pollRefusal(
  access: Access,
  role: string | undefined,
  { functionName, streamName }: Pick<EventSourceMappingSpec, 'functionName' | 'streamName'>,
  streamArn: string,
): string | undefined {
  const poll: ImpliedCall = impliedCalls.pollStream;
  return access.refusal(access.byRole(role, functionName), 'lambda.poll', [
    ...poll.actions.map((action) => ({ action, resource: streamArn })),
    ...kmsRequests(impliedCalls.readEncryptedRecord, access.keyOfStream(streamName), 'kinesis', {
      'aws:kinesis:arn': streamArn,
    }),
  ]);
}
