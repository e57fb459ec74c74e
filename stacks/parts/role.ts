import type { Place } from '../policies/place.ts';
import type { PolicyDocument } from '../policies/statement.ts';
import type { Keys } from '../security.ts';
import { type StageContext, tags } from './context.ts';

/** The role of one function, machine or schedule. Its policy is written out of the keys' ARNs, once those exist. */
export function createRole(
  context: StageContext,
  name: string,
  {
    logical,
    trust,
    keys,
    policy,
  }: { logical: string; trust: PolicyDocument; keys: Keys; policy: (place: Place) => PolicyDocument },
) {
  const role = new aws.iam.Role(`${name}Role`, {
    name: `tidemark-${context.stage}-${logical}`,
    assumeRolePolicy: JSON.stringify(trust),
    tags: tags(context, { for: logical }),
  });
  const attached = new aws.iam.RolePolicy(`${name}Policy`, {
    name: logical,
    role: role.name,
    policy: $util
      .all([keys.data.arn, keys.operations.arn])
      .apply(([data, operations]) => JSON.stringify(policy({ ...context, keys: { data, operations } }))),
  });
  return { role, attached };
}
