import {
  ListTagsForResource$,
  type ListTagsForResourceInput,
  TagResource$,
  type TagResourceInput,
  UntagResource$,
  type UntagResourceInput,
} from '@aws-sdk/client-sfn';
import { AwsError } from '../../wire/aws-error.ts';
import { operation } from '../../wire/service.ts';
import type { Runtime } from '../run/runtime.ts';

/** Tags of state machines; nothing else here can have any. */
export function tagOperations({ journal }: Runtime) {
  const { machines } = journal;
  const check = (arn: string) => {
    if (machines.find(arn) === undefined) throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`);
    return arn;
  };
  return {
    TagResource: operation(TagResource$, (input: TagResourceInput) => {
      const arn = check(input.resourceArn as string);
      const tags = (input.tags ?? []).map(({ key = '', value = '' }) => ({ key, value }));
      journal.write('flushed', () => machines.tag(arn, tags));
      return {};
    }),
    UntagResource: operation(UntagResource$, (input: UntagResourceInput) => {
      const arn = check(input.resourceArn as string);
      journal.write('flushed', () => machines.untag(arn, input.tagKeys ?? []));
      return {};
    }),
    ListTagsForResource: operation(ListTagsForResource$, (input: ListTagsForResourceInput) => ({
      tags: machines.tags(check(input.resourceArn as string)),
    })),
  };
}
