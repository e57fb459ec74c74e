import { resolveSchedule } from '@tidemark/functions/resolve-topology';
import type { ScheduleTopology } from '@tidemark/functions/topology';
import type { Foundation } from '../foundation.ts';
import { schedulePolicy } from '../policies/schedule-policy.ts';
import { pascal } from '../policies/statement.ts';
import { trust } from '../policies/trust.ts';
import { createRole } from './role.ts';

/** A schedule with a role for its one target; what could not be started in a day lies among the dead letters. */
export function createSchedule({ context, keys, scheduling }: Foundation, schedule: ScheduleTopology) {
  const { target } = schedule;
  const logical = `Schedule${pascal(schedule.name)}`;
  const { role, attached } = createRole(context, logical, {
    logical: `schedule-${schedule.name}`,
    trust: trust.scheduler(context, scheduling.groupName),
    keys,
    policy: (place) => schedulePolicy(place, schedule, scheduling.deadLettersArn),
  });
  const { name, expression } = resolveSchedule(context.names, context.stage, schedule);
  return new aws.scheduler.Schedule(
    logical,
    {
      name,
      groupName: scheduling.group.name,
      description: 'function' in target ? `starts function ${target.function}` : `starts machine ${target.machine}`,
      scheduleExpression: expression,
      scheduleExpressionTimezone: 'UTC',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: 'function' in target ? context.names.functionArn(target.function) : context.names.machineArn(target.machine),
        roleArn: role.arn,
        ...('input' in target ? { input: JSON.stringify(target.input) } : {}),
        retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
        deadLetterConfig: { arn: scheduling.deadLetters.arn },
      },
    },
    { dependsOn: [attached] },
  );
}
