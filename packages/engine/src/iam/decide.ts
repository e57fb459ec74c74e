import type { RequestContext } from './conditions.ts';
import type { CompiledStatement, Permission } from './policy.ts';

/** One action on one resource; a call that touches several is several of these, and all must be allowed. */
export interface AccessRequest {
  /** `s3:GetObject`. */
  readonly action: string;
  /** An ARN, or `*` where the action knows no resource. */
  readonly resource: string;
  readonly context?: RequestContext;
}

export interface Decision {
  readonly outcome: 'allowed' | 'denied' | 'denied-explicitly';
  /** Every permission that allows it by itself; taking one away changes nothing while there is another. */
  readonly allowedBy: readonly Permission[];
}

const noContext: RequestContext = {};

/** IAM's rule for identity policies: denied unless something allows it, and a Deny beats every Allow. */
export function decide(role: string, statements: readonly CompiledStatement[], request: AccessRequest): Decision {
  const context = request.context ?? noContext;
  const allowedBy: Permission[] = [];
  let isDenied = false;
  statements.forEach(({ effect, actions, resources, holds }, statement) => {
    const byAction = actions.filter((action) => action.matches(request.action));
    if (byAction.length === 0) return;
    const byResource = resources.filter((resource) => resource.matches(request.resource));
    if (byResource.length === 0 || !holds(context)) return;
    if (effect === 'Deny') {
      isDenied = true;
      return;
    }
    for (const { pattern: action } of byAction) {
      for (const { pattern: resource } of byResource) allowedBy.push({ role, statement, action, resource });
    }
  });
  if (isDenied) return { outcome: 'denied-explicitly', allowedBy: [] };
  return { outcome: allowedBy.length > 0 ? 'allowed' : 'denied', allowedBy };
}
