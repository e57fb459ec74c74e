/**
 * Which of AWS's services the functions call, and what may pass through the private link to each: the union of what the
 * functions may do there, for callers of this account alone.
 */
import { type FunctionName, topology } from '@tidemark/functions/topology';
import { permissionStatements } from './permission-statements.ts';
import type { Place } from './place.ts';
import { type PolicyDocument, policyDocument } from './statement.ts';

/** The links of a service, by the prefix of its actions. S3 has a gateway, which costs nothing. */
const LINKS: Readonly<Record<string, readonly string[]>> = {
  athena: ['athena'],
  cloudwatch: ['monitoring'],
  glue: ['glue'],
  kinesis: ['kinesis-streams'],
  lambda: ['lambda'],
  logs: ['logs'],
  s3: ['s3'],
  sagemaker: ['sagemaker.featurestore-runtime', 'sagemaker.api'],
  states: ['states'],
};

const serviceOf = (action: string): string => action.split(':')[0] ?? '';

const allPermissions = () =>
  (Object.keys(topology.functions) as FunctionName[]).flatMap((name) => topology.functions[name].permissions);

/** Link → prefix of the actions that pass through it. @throws Error for a service without a known link */
export function linksOfFunctions(): Map<string, string> {
  const services = new Set(allPermissions().flatMap(({ actions }) => actions.map(serviceOf)));
  return new Map(
    [...services].sort().flatMap((service) => {
      const links = LINKS[service];
      if (links === undefined) throw new Error(`functions call ${service}: name its link in stacks/policies/endpoint-policy.ts`);
      return links.map((link): [string, string] => [link, service]);
    }),
  );
}

export function linkPolicy(place: Place, service: string): PolicyDocument {
  const { Version, Statement } = policyDocument(
    permissionStatements(place, allPermissions()).filter(({ Action }) => Action.every((action) => serviceOf(action) === service)),
  );
  return {
    Version,
    Statement: Statement.map((statement) => ({
      ...statement,
      Principal: '*',
      Condition: {
        ...statement.Condition,
        StringEquals: { ...statement.Condition?.StringEquals, 'aws:PrincipalAccount': place.account },
      },
    })),
  };
}
