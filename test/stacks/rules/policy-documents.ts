import { ofType, type Resources } from '../resources.ts';

export interface FoundStatement {
  /** Name of the resource that holds the policy, and the statement's id. */
  readonly at: string;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition: { readonly Bool?: { readonly 'aws:SecureTransport'?: string } } | undefined;
}

/** Where policies are: type → the input that holds one. */
const PLACES: readonly (readonly [type: string, input: string])[] = [
  ['iam/rolePolicy:RolePolicy', 'policy'],
  ['iam/role:Role', 'assumeRolePolicy'],
  ['s3/bucketPolicy:BucketPolicy', 'policy'],
  ['kms/key:Key', 'policy'],
  ['sns/topicPolicy:TopicPolicy', 'policy'],
  ['sqs/queuePolicy:QueuePolicy', 'policy'],
  ['ec2/vpcEndpoint:VpcEndpoint', 'policy'],
];

/** Every statement of every policy, whoever holds it. */
export const statementsOf = (resources: Resources): FoundStatement[] =>
  PLACES.flatMap(([type, input]) =>
    ofType(resources, type).flatMap(({ name, inputs }) =>
      (inputs[input].Statement as Record<string, unknown>[]).map((statement, index) => ({
        at: `${name}.${statement.Sid ?? index}`,
        effect: String(statement.Effect),
        actions: [statement.Action].flat() as string[],
        resources: [statement.Resource ?? []].flat() as string[],
        condition: statement.Condition as FoundStatement['condition'],
      })),
    ),
  );
