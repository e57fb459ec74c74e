/**
 * Finds a restJson operation by method and path. Paths are split on the raw slash before anything is decoded, since a
 * label may hold an encoded one (`/FeatureGroup/arn%3A…%2Fname`). A literal segment beats a label; `{Name+}` takes the rest.
 */
import type { StaticOperationSchema } from '@smithy/types';
import { decodePart } from './query-text.ts';

interface Segment {
  readonly literal?: string;
  readonly label?: string;
  readonly greedy: boolean;
}

interface Route<Target> {
  readonly segments: readonly Segment[];
  readonly constantQuery: readonly (readonly [name: string, value: string | undefined])[];
  readonly target: Target;
}

export interface RouteMatch<Target> {
  readonly target: Target;
  readonly labels: Readonly<Record<string, string>>;
}

export interface RestRoutes<Target> {
  add(schema: StaticOperationSchema, target: Target): void;
  match(method: string, path: string, queryText: string): RouteMatch<Target> | undefined;
}

export function createRestRoutes<Target>(): RestRoutes<Target> {
  const byMethod = new Map<string, Route<Target>[]>();
  return {
    add(schema, target) {
      const traits = schema[3] as { http?: readonly [string, string, number] };
      if (!traits.http) throw new Error(`${schema[2]} has no http trait: it is no restJson operation.`);
      const [method, uri] = traits.http;
      const [path = '', query = ''] = uri.split('?');
      const route: Route<Target> = {
        segments: path
          .split('/')
          .slice(1)
          .filter((part, _index, all) => part !== '' || all.length === 1)
          .map(parseSegment),
        constantQuery: query
          .split('&')
          .filter(Boolean)
          .map((pair) => pair.split('=') as [string, string | undefined]),
        target,
      };
      const routes = byMethod.get(method) ?? [];
      routes.push(route);
      routes.sort((a, b) => specificity(b) - specificity(a));
      byMethod.set(method, routes);
    },
    match(method, path, queryText) {
      const routes = byMethod.get(method);
      if (!routes) return undefined;
      const parts = path.split('/');
      parts.shift();
      if (parts.length > 1 && parts.at(-1) === '') parts.pop();
      for (const route of routes) {
        const labels = matchRoute(route, parts, queryText);
        if (labels) return { target: route.target, labels };
      }
      return undefined;
    },
  };
}

function parseSegment(part: string): Segment {
  if (!part.startsWith('{')) return { literal: part, greedy: false };
  const greedy = part.endsWith('+}');
  return { label: part.slice(1, greedy ? -2 : -1), greedy };
}

const specificity = (route: Route<unknown>) =>
  route.segments.reduce((sum, segment) => sum + (segment.literal === undefined ? 1 : 100), route.constantQuery.length);

const noLabels = {};

function matchRoute(route: Route<unknown>, parts: readonly string[], queryText: string): Record<string, string> | undefined {
  const { segments } = route;
  const greedy = segments.at(-1)?.greedy === true;
  if (greedy ? parts.length < segments.length : parts.length !== segments.length) return undefined;
  let labels: Record<string, string> | undefined;
  for (let index = 0; index < segments.length; index++) {
    const segment = segments[index] as Segment;
    const part = parts[index] as string;
    if (segment.literal !== undefined) {
      if (segment.literal !== part) return undefined;
      continue;
    }
    labels ??= {};
    labels[segment.label as string] = segment.greedy ? parts.slice(index).map(decodePart).join('/') : decodePart(part);
  }
  for (const [name, value] of route.constantQuery) {
    const sent = value === undefined ? name : `${name}=${value}`;
    if (!queryText.split('&').some((pair) => pair === sent || (value === undefined && pair.startsWith(`${name}=`))))
      return undefined;
  }
  return labels ?? noLabels;
}
