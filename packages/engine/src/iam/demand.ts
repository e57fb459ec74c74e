import { AwsError } from '../wire/aws-error.ts';
import type { Access } from './access.ts';
import type { AccessRequest } from './decide.ts';
import type { Principal } from './principal.ts';

/** @throws AwsError AccessDeniedException, as the JSON services name it, with IAM's sentence */
export function demand(
  access: Access,
  principal: Principal | undefined,
  call: string,
  requests: readonly AccessRequest[],
  status = 400,
): void {
  const refusal = access.refusal(principal, call, requests);
  if (refusal !== undefined) throw new AwsError('AccessDeniedException', refusal, status);
}
