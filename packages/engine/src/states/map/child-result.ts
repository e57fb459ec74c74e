import type { Json } from '../asl/json.ts';
import type { ExecutionRow } from '../journal/rows.ts';
import { redriveStatus } from '../operations/redrive-status.ts';

/** A child as it stands in a result file, which is how DescribeExecution would tell it, in capitals. */
export function printChildResult(child: ExecutionRow): Json {
  const { status, reason } = redriveStatus(child, 0);
  return {
    ExecutionArn: child.arn,
    ...(child.error === null ? {} : { Error: child.error }),
    ...(child.cause === null ? {} : { Cause: child.cause }),
    Input: child.input,
    InputDetails: { Included: true },
    Name: child.name,
    ...(child.output === null ? {} : { Output: child.output, OutputDetails: { Included: true } }),
    RedriveCount: child.redriveCount,
    RedriveStatus: status,
    ...(reason === undefined ? {} : { RedriveStatusReason: reason }),
    StartDate: new Date(child.startMs).toISOString(),
    StateMachineArn: child.machineArn,
    Status: child.status,
    ...(child.stopMs === null ? {} : { StopDate: new Date(child.stopMs).toISOString() }),
  };
}
