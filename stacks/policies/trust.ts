import type { Stage } from '@tidemark/functions/resolve-topology';
import { arnOf } from './place.ts';
import type { PolicyDocument, Statement } from './statement.ts';

const trusts = (service: string, Condition?: Statement['Condition']): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Trust',
      Effect: 'Allow',
      Principal: { Service: [`${service}.amazonaws.com`] },
      Action: ['sts:AssumeRole'],
      ...(Condition === undefined ? {} : { Condition }),
    },
  ],
});

/** Who may take a role on. A service that says for which resource it acts has to act for one of this account. */
export const trust = {
  /** Lambda names no source when it assumes an execution role. */
  lambda: () => trusts('lambda'),
  states: (stage: Stage) =>
    trusts('states', {
      StringEquals: { 'aws:SourceAccount': stage.account },
      ArnLike: { 'aws:SourceArn': arnOf(stage, 'states', 'stateMachine:*') },
    }),
  scheduler: (stage: Stage, scheduleGroup: string) =>
    trusts('scheduler', {
      StringEquals: {
        'aws:SourceAccount': stage.account,
        'aws:SourceArn': arnOf(stage, 'scheduler', `schedule-group/${scheduleGroup}`),
      },
    }),
  sagemaker: (stage: Stage) => trusts('sagemaker', { StringEquals: { 'aws:SourceAccount': stage.account } }),
};
