/** Which route takes a request: the most specific path of the request's method, then of ANY, then `$default`. */

export type Authorizer =
  | {
      readonly type: 'jwt';
      readonly issuer: string;
      readonly audience: string | readonly string[];
      readonly scopes?: readonly string[];
    }
  | { readonly type: 'iam' }
  | { readonly type: 'none' };

/** One route, as plain data. */
export interface Route {
  /** GET, POST, … or ANY. */
  readonly method: string;
  /** `/features/{view}`; the last segment may be greedy, `{proxy+}`. `$default` takes what no other route does. */
  readonly path: string;
  readonly functionName: string;
  /** Left out: open. */
  readonly authorizer?: Authorizer;
}

export interface RouteMatch {
  readonly route: Route;
  /** `GET /features/{view}`. */
  readonly routeKey: string;
  readonly pathParameters: Record<string, string> | undefined;
}

interface Compiled {
  readonly route: Route;
  readonly routeKey: string;
  readonly segments: readonly string[];
  /** Greater is more specific: 2 a literal segment, 1 a parameter, 0 a greedy one; compared from the left. */
  readonly rank: string;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'ANY']);
const SEGMENT = /^(?:\{[A-Za-z0-9._:-]+\+?\}|[^{}]*)$/;

/** @throws Error naming the route, for a method, path or pair that the gateway would not take. */
export function compileRoutes(routes: readonly Route[]): (method: string, segments: readonly string[]) => RouteMatch | undefined {
  const seen = new Set<string>();
  const compiled = routes.map((route): Compiled => {
    const isDefault = route.path === '$default';
    const routeKey = isDefault ? '$default' : `${route.method} ${route.path}`;
    const refuse = (why: string): never => {
      throw new Error(`route ${routeKey}: ${why}`);
    };
    if (seen.has(routeKey)) refuse('it is there twice');
    seen.add(routeKey);
    if (isDefault) return { route, routeKey, segments: [], rank: '' };
    if (!METHODS.has(route.method)) refuse(`the method must be one of ${[...METHODS].join(', ')}`);
    if (!route.path.startsWith('/')) refuse('the path must begin with /');
    const segments = route.path.slice(1).split('/');
    segments.forEach((segment, i) => {
      if (!SEGMENT.test(segment)) refuse(`the segment ${segment} is neither a name nor one {parameter}`);
      if (segment.endsWith('+}') && i < segments.length - 1) refuse('only the last segment may be greedy');
    });
    const rank = segments.map((segment) => (segment.endsWith('+}') ? '0' : segment.startsWith('{') ? '1' : '2')).join('');
    return { route, routeKey, segments, rank: `${rank}${route.method === 'ANY' ? '' : '~'}` };
  });
  const byRank = compiled.filter(({ routeKey }) => routeKey !== '$default').sort((a, b) => (a.rank < b.rank ? 1 : -1));
  const fallback = compiled.find(({ routeKey }) => routeKey === '$default');

  return (method, segments) => {
    for (const candidate of byRank) {
      if (candidate.route.method !== method && candidate.route.method !== 'ANY') continue;
      const parameters = match(candidate.segments, segments);
      if (!parameters) continue;
      const { route, routeKey } = candidate;
      return { route, routeKey, pathParameters: Object.keys(parameters).length > 0 ? parameters : undefined };
    }
    return fallback && { route: fallback.route, routeKey: '$default', pathParameters: undefined };
  };
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    const segment = segments[i];
    if (segment === undefined) return undefined;
    if (part.endsWith('+}')) {
      parameters[part.slice(1, -2)] = segments.slice(i).join('/');
      return parameters;
    }
    if (part.startsWith('{')) {
      if (segment === '') return undefined;
      parameters[part.slice(1, -1)] = segment;
    } else if (part !== segment) return undefined;
  }
  return pattern.length === segments.length ? parameters : undefined;
}
