import { type AccessEntry, compileRole, decide, type Permission, type PolicyStatement, type RoleSpec } from '@tidemark/engine';

const listOf = (given: string | readonly string[]): readonly string[] => (typeof given === 'string' ? [given] : given);

export const idOf = ({ role, statement, action, resource }: Permission) => `${role} #${statement} ${action} ${resource}`;

/** Every action on every resource of every statement that allows: what can be taken away one at a time. */
export const permissionsOf = (roles: readonly RoleSpec[]): Permission[] =>
  roles.flatMap(({ name, policies }) =>
    policies
      .flatMap(({ Statement }) => Statement)
      .flatMap(({ Effect, Action, Resource }, statement) =>
        Effect !== 'Allow'
          ? []
          : listOf(Action).flatMap((action) => listOf(Resource).map((resource) => ({ role: name, statement, action, resource }))),
      ),
  );

/** The roles with one permission taken away, everything else as it was. */
export const without = (roles: readonly RoleSpec[], { role, statement, action, resource }: Permission): RoleSpec[] =>
  roles.map((spec) => {
    if (spec.name !== role) return spec;
    let index = -1;
    const taken = (given: PolicyStatement): PolicyStatement[] => {
      index += 1;
      if (index !== statement) return [given];
      const [actions, resources] = [listOf(given.Action), listOf(given.Resource)];
      const others = actions.filter((one) => one !== action);
      const elsewhere = resources.filter((one) => one !== resource);
      return [
        ...(others.length === 0 ? [] : [{ ...given, Action: others }]),
        ...(elsewhere.length === 0 ? [] : [{ ...given, Action: [action], Resource: elsewhere }]),
      ];
    };
    return { ...spec, policies: spec.policies.map((policy) => ({ ...policy, Statement: policy.Statement.flatMap(taken) })) };
  });

export interface Need {
  readonly flow: string;
  readonly entry: AccessEntry;
}

export type AccessRecord = ReturnType<typeof createRecord>;

/** What the flows asked for, each distinct request once, and for each permission the requests that nothing else allows. */
export function createRecord() {
  /** By permission and flow: the first request that needed it. */
  const needs = new Map<string, Map<string, Need>>();
  const refused = new Map<string, Need>();
  const seen = new Set<string>();
  let flow = 'deploy';
  return {
    enter(name: string) {
      flow = name;
    },
    onAccess(entry: AccessEntry) {
      if (entry.outcome !== 'allowed')
        refused.set(`${flow} ${entry.role} ${entry.request.action} ${entry.request.resource}`, { flow, entry });
      const [only, another] = entry.allowedBy;
      seen.add(`${entry.role} ${entry.request.action}`);
      if (only === undefined || another !== undefined) return;
      const ofFlows = needs.get(idOf(only)) ?? new Map<string, Need>();
      if (!ofFlows.has(flow)) ofFlows.set(flow, { flow, entry });
      needs.set(idOf(only), ofFlows);
    },
    /** By each flow that needs it, in the order in which they ran. */
    needsOf: (permission: Permission): readonly Need[] => [...(needs.get(idOf(permission))?.values() ?? [])],
    refused: (): readonly Need[] => [...refused.values()],
    /** Whether a role asked for an action at all. */
    asked: (role: string, action: string) => seen.has(`${role} ${action}`),
  };
}

const outcomeUnder = (roles: readonly RoleSpec[], { entry: { role, request } }: Need) =>
  decide(role, compileRole(roles.find(({ name }) => name === role) as RoleSpec), request).outcome;

export const isAllowed = (roles: readonly RoleSpec[], need: Need): boolean => outcomeUnder(roles, need) === 'allowed';

/** Whether the very request that needed it is denied once the permission is gone. */
export const isDeniedWithout = (roles: readonly RoleSpec[], permission: Permission, need: Need): boolean =>
  outcomeUnder(without(roles, permission), need) === 'denied';
