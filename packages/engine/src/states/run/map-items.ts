/** What both kinds of Map have in common: where the items come from and what becomes of each. */
import type { MapState } from '../asl/definition.ts';
import type { Json } from '../asl/json.ts';
import { readAtPath } from '../asl/path.ts';
import { fillTemplate } from '../asl/payload-template.ts';
import { runtimeError } from '../asl/states-error.ts';
import { withItem } from './context-object.ts';
import type { Step } from './step.ts';

/** The array at ItemsPath, or the input itself. */
export function readItems(step: Step<MapState>, input: Json): Json[] {
  const path = step.state.ItemsPath ?? '$';
  const items = path.startsWith('$$')
    ? readAtPath(path.slice(1), step.context(), 'ItemsPath')
    : readAtPath(path, input, 'ItemsPath');
  if (Array.isArray(items)) return items;
  throw runtimeError(`The field 'ItemsPath' of the state '${step.position.state}' must lead to an array.`);
}

/** The item as ItemSelector shapes it. */
export function selectItem(step: Step<MapState>, input: Json, value: Json, index: number): Json {
  const template = step.state.ItemSelector ?? step.state.Parameters;
  if (template === undefined) return value;
  const context = () => withItem(step.context(), { Index: index, Value: value });
  return fillTemplate(template, input, { context, random: step.random });
}
