/** Parameters, ItemSelector, ResultSelector and BatchInput: fields whose name ends in `.$` are filled from data. */

import { evaluateIntrinsic, parseIntrinsic } from './intrinsics.ts';
import type { Json, JsonObject } from './json.ts';
import { readAtPath } from './path.ts';

/** What expressions can read. The context object is made only when something asks for it. */
export interface Surroundings {
  context(): JsonObject;
  random(): number;
}

export function fillTemplate(template: Json, data: Json, surroundings: Surroundings): Json {
  if (Array.isArray(template)) return template.map((each) => fillTemplate(each, data, surroundings));
  if (typeof template !== 'object' || template === null) return template;
  const filled = Object.entries(template).map(([name, value]): [string, Json] =>
    name.endsWith('.$')
      ? [name.slice(0, -2), evaluateExpression(value as string, data, surroundings, name)]
      : [name, fillTemplate(value, data, surroundings)],
  );
  // fromEntries defines own properties, also for a field called __proto__.
  return Object.fromEntries(filled);
}

/** A path (`$…`, `$$…` for the context object) or an intrinsic function. */
export function evaluateExpression(text: string, data: Json, surroundings: Surroundings, field: string): Json {
  const readPath = (path: string) =>
    path.startsWith('$$') ? readAtPath(path.slice(1), surroundings.context(), field) : readAtPath(path, data, field);
  if (text.startsWith('$')) return readPath(text);
  return evaluateIntrinsic(parseIntrinsic(text), { readPath, random: surroundings.random });
}
