/**
 * STS and as much of IAM as clients ask before their first call.
 *
 * Gaps: everything else answers InvalidAction (400).
 * Differences by design: whoever has no role of the deployment is the role TidemarkEngine; AssumeRole takes any role, and
 *   only the keys of a role of the deployment are judged.
 * Client quirks: Python's SageMaker SDK refuses a caller that is a user, and then asks IAM for the role's path.
 */
import { AssumeRole$, type AssumeRoleRequest, GetCallerIdentity$ } from '@aws-sdk/client-sts';
import type { StaticOperationSchema } from '@smithy/types';
import type { EngineContext } from '../engine-context.ts';
import { type Access, openAccess } from '../iam/access.ts';
import { AwsError } from '../wire/aws-error.ts';
import { operation, type Service } from '../wire/service.ts';

export const CALLER_ROLE = 'TidemarkEngine';

const HOUR_MS = 3_600_000;
const roleArnPattern = /^arn:aws[a-z-]*:iam::\d{12}:role\/(?:[\w+=,.@/-]*\/)?([\w+=,.@-]{1,64})$/;

export function createStsService({ account, clock }: EngineContext, access: Access = openAccess): Service {
  return {
    name: 'sts',
    protocol: 'awsQuery',
    apiVersion: '2011-06-15',
    operations: {
      GetCallerIdentity: operation(GetCallerIdentity$, (_: object, { principal }) => ({
        Account: account,
        UserId: `AROATIDEMARKENGINE000:${principal?.arn.split('/').at(-1) ?? 'engine'}`,
        Arn: principal?.arn ?? `arn:aws:sts::${account}:assumed-role/${CALLER_ROLE}/engine`,
      })),
      AssumeRole: operation(AssumeRole$, (input: AssumeRoleRequest) => {
        const role = roleArnPattern.exec(input.RoleArn ?? '')?.[1];
        if (!role) throw new AwsError('ValidationError', `${input.RoleArn} is invalid`);
        const session = access.credentials(role);
        return {
          Credentials: {
            AccessKeyId: session?.accessKeyId ?? 'ASIATIDEMARKENGINE00',
            SecretAccessKey: session?.secretAccessKey ?? 'unchecked',
            SessionToken: session?.sessionToken ?? 'unchecked',
            Expiration: new Date(clock.nowMs() + (input.DurationSeconds ? input.DurationSeconds * 1000 : HOUR_MS)),
          },
          AssumedRoleUser: {
            AssumedRoleId: `AROATIDEMARKENGINE000:${input.RoleSessionName}`,
            Arn: `arn:aws:sts::${account}:assumed-role/${role}/${input.RoleSessionName}`,
          },
        };
      }),
    },
  };
}

const iam = 'com.amazonaws.iam';
const text = 0;
const dateTime = 5;
const Role$ = [
  3,
  iam,
  'Role',
  0,
  ['Path', 'RoleName', 'RoleId', 'Arn', 'CreateDate', 'AssumeRolePolicyDocument'],
  [text, text, text, text, dateTime, text],
  5,
];
/** The IAM client is no dependency; its schemas have this form. */
const GetRole$ = [
  9,
  iam,
  'GetRole',
  0,
  () => [3, iam, 'GetRoleRequest', 0, ['RoleName'], [text], 1],
  () => [3, iam, 'GetRoleResponse', 0, ['Role'], [() => Role$], 1],
] as unknown as StaticOperationSchema;

const trustPolicy = encodeURIComponent(
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  }),
);

/** Knows the caller's role and the name that SageMaker's own examples expand. */
export function createIamService({ account }: EngineContext): Service {
  const roles = new Set([CALLER_ROLE, 'SageMakerRole']);
  return {
    name: 'iam',
    protocol: 'awsQuery',
    apiVersion: '2010-05-08',
    operations: {
      GetRole: operation(GetRole$, ({ RoleName }: { RoleName: string }) => {
        if (!roles.has(RoleName)) throw new AwsError('NoSuchEntity', `The role with name ${RoleName} cannot be found.`, 404);
        return {
          Role: {
            Path: '/',
            RoleName,
            RoleId: 'AROATIDEMARKENGINE000',
            Arn: `arn:aws:iam::${account}:role/${RoleName}`,
            CreateDate: new Date(0),
            AssumeRolePolicyDocument: trustPolicy,
          },
        };
      }),
    },
  };
}
