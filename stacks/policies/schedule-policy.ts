import type { ScheduleTopology } from '@tidemark/functions/topology';
import type { Place } from './place.ts';
import { allow, type PolicyDocument, policyDocument } from './statement.ts';

/** Start the one target, and put what could not be started among the dead letters. */
export function schedulePolicy(place: Place, { target }: ScheduleTopology, deadLetters: string): PolicyDocument {
  const { names, keys } = place;
  return policyDocument([
    'function' in target
      ? allow('Target', ['lambda:InvokeFunction'], [names.functionArn(target.function)])
      : allow('Target', ['states:StartExecution'], [names.machineArn(target.machine)]),
    allow('DeadLetters', ['sqs:SendMessage'], [deadLetters]),
    allow('DeadLettersKey', ['kms:Decrypt', 'kms:GenerateDataKey'], [keys.operations], {
      StringEquals: { 'kms:ViaService': `sqs.${place.region}.amazonaws.com` },
    }),
  ]);
}
