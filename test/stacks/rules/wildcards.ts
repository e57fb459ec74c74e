import type { Resources } from '../resources.ts';
import { type FoundStatement, statementsOf } from './policy-documents.ts';

/** What may be wider than one action on named resources, and why. */
export const EXCEPTIONS: readonly { readonly at: RegExp; readonly actions: RegExp; readonly why: string }[] = [
  {
    at: /^Key-(data|operations)\./,
    actions: /^kms:/,
    why: "a key's policy speaks of that key alone; the account's root stands for the roles' own policies",
  },
  {
    at: /^Machine\w+Policy\.LogDelivery/,
    actions: /^logs:(\w*LogDeliver(y|ies)|PutResourcePolicy|Describe(ResourcePolicies|LogGroups))$/,
    why: 'delivery of logs to CloudWatch takes no resource',
  },
  {
    at: /^\w+Policy\.NetworkInterfaces/,
    actions: /^ec2:(Describe(NetworkInterfaces|Subnets)|(Create|Delete)NetworkInterface|(Assign|Unassign)PrivateIpAddresses)$/,
    why: "Lambda makes a function's network interfaces before they have a name",
  },
  {
    at: /^(\w+Policy|NetworkLinkLambda)\.Mappings/,
    actions: /^lambda:ListEventSourceMappings$/,
    why: 'listing event source mappings takes no resource',
  },
];

const isWideAction = (action: string) => action.includes('*');
/** Everything, everything of a service, or everything of an account: a `*` that no name stands before. */
const isWideResource = (resource: string) =>
  /^\*$|^arn:aws:[^:]*[*?]|:[*]$|^arn:aws:s3:::\*/.test(resource) && !hasName(resource);
/** `execution:dev-ingest:*`, `log-stream:*` of a named group: a name stands before the star. */
const hasName = (resource: string) => /:(execution|log-group):[^*:]+:/.test(resource);

/** Statements that allow more than named actions on named resources. A refusal may be as wide as it likes. */
export function findWildcards(resources: Resources): string[] {
  return statementsOf(resources)
    .filter(({ effect }) => effect === 'Allow')
    .flatMap((statement) => problemsOf(statement));
}

function problemsOf(statement: FoundStatement): string[] {
  const wide = [...statement.actions.filter(isWideAction), ...statement.resources.filter(isWideResource)];
  if (wide.length === 0) return [];
  const allowed = EXCEPTIONS.some(
    ({ at, actions }) => at.test(statement.at) && statement.actions.every((one) => actions.test(one)),
  );
  const conditioned = wide.every((one) => /:event-source-mapping:\*$/.test(one)) && statement.condition !== undefined;
  return allowed || conditioned ? [] : [`${statement.at}: ${statement.actions.join(', ')} on ${wide.join(', ')}`];
}
