/**
 * What a machine may do, read from its definition: each state names the service it calls. What a definition cannot tell,
 * since a bucket or a query comes with the execution's input, are the machine's permissions in the topology.
 */
import { machinesOf } from '@tidemark/functions/resolve-topology';
import { type MachineName, type Permission, topology } from '@tidemark/functions/topology';
import { permissionStatements } from './permission-statements.ts';
import { arnOf, type Place } from './place.ts';
import { allow, type PolicyDocument, policyDocument, type Statement } from './statement.ts';

export interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly ItemProcessor?: StateGraph & { readonly ProcessorConfig?: { readonly Mode?: string } };
  readonly ItemReader?: { readonly Resource: string };
  readonly ResultWriter?: { readonly Resource: string };
  readonly Branches?: readonly StateGraph[];
}

export interface StateGraph {
  readonly States: Readonly<Record<string, State>>;
}

/** @throws Error for a service integration whose rights are not known here */
export function machinePolicy(place: Place, name: MachineName): PolicyDocument {
  const definition = machinesOf(place.names)[name] as unknown as StateGraph;
  const { permissions } = topology.machines[name];
  return policyDocument([
    ...allStates(definition).flatMap((state) => stateStatements(place, name, state, permissions)),
    ...permissionStatements(place, permissions),
    LOG_DELIVERY,
  ]);
}

/** Every state at every depth. */
export function allStates({ States }: StateGraph): State[] {
  return Object.values(States).flatMap((state) => [
    state,
    ...(state.ItemProcessor === undefined ? [] : allStates(state.ItemProcessor)),
    ...(state.Branches ?? []).flatMap(allStates),
  ]);
}

function stateStatements(place: Place, name: MachineName, state: State, permissions: readonly Permission[]): Statement[] {
  if (state.Type === 'Map')
    return state.ItemProcessor?.ProcessorConfig?.Mode === 'DISTRIBUTED' ? childExecutions(place, name) : [];
  if (state.Type !== 'Task') return [];
  switch (state.Resource) {
    case 'arn:aws:states:::lambda:invoke':
      return [allow('Functions', ['lambda:InvokeFunction'], [String(state.Parameters?.FunctionName)])];
    case 'arn:aws:states:::athena:startQueryExecution':
    case 'arn:aws:states:::athena:startQueryExecution.sync':
      return queryStatements(place, permissions);
    default:
      throw new Error(`machine ${name} calls ${state.Resource}: say in stacks/policies/machine-policy.ts what that needs`);
  }
}

const isRedriven = (name: MachineName): boolean =>
  Object.values(topology.functions).some(({ permissions }) =>
    permissions.some(({ actions, on }) => 'machine' in on && on.machine === name && actions.includes('states:RedriveExecution')),
  );

/** A distributed Map starts its items as executions of its own machine. */
function childExecutions(place: Place, name: MachineName): Statement[] {
  const machine = place.names.machineName(name);
  return [
    allow('StartItems', ['states:StartExecution'], [place.names.machineArn(name)]),
    allow(
      'FollowItems',
      ['states:DescribeExecution', 'states:StopExecution'],
      [arnOf(place, 'states', `execution:${machine}:*`)],
    ),
    ...(isRedriven(name)
      ? [allow('RedriveItems', ['states:RedriveExecution'], [arnOf(place, 'states', `execution:${machine}/*`)])]
      : []),
  ];
}

/** Results of every query lie in this bucket: Athena asks where that is before anything else. */
const RESULTS: Permission = { actions: ['s3:GetBucketLocation'], on: { bucket: 'work' } };

/** Athena reads tables and files and writes results with the rights of who asks; large objects in parts. */
function queryStatements(place: Place, permissions: readonly Permission[]): Statement[] {
  const inParts = ({ actions, on }: Permission): Permission[] =>
    'bucket' in on && actions.includes('s3:PutObject')
      ? [{ actions: ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts'], on }]
      : [];
  return [
    allow(
      'Queries',
      ['athena:GetQueryExecution', 'athena:StartQueryExecution', 'athena:StopQueryExecution'],
      [arnOf(place, 'athena', `workgroup/${place.names.workGroup}`)],
    ),
    allow('QueryCatalogue', ['athena:GetDataCatalog'], [arnOf(place, 'athena', 'datacatalog/AwsDataCatalog')]),
    ...permissionStatements(place, [RESULTS, ...permissions.flatMap(inParts)]),
  ];
}

/** The vended-logs actions take no resource. */
const LOG_DELIVERY = allow(
  'LogDelivery',
  [
    'logs:CreateLogDelivery',
    'logs:DeleteLogDelivery',
    'logs:DescribeLogGroups',
    'logs:DescribeResourcePolicies',
    'logs:GetLogDelivery',
    'logs:ListLogDeliveries',
    'logs:PutResourcePolicy',
    'logs:UpdateLogDelivery',
  ],
  ['*'],
);
