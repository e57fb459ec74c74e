/** What all checks of a definition share. */
import { refusedConstructs } from './allowed-fields.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';

/** `location` is like a JSON pointer: `/States/Load/Resource`. */
export type Report = (location: string, message: string) => void;

/** Refuses every field that is not run here, and every query language but JSONPath. */
export function checkFields(value: JsonObject, allowed: readonly string[], here: string, report: Report): void {
  const language = value.QueryLanguage;
  if (language !== undefined && language !== 'JSONPath') {
    report(`${here}/QueryLanguage`, `The query language '${String(language)}' is not run by the engine; use JSONPath.`);
  }
  for (const field of Object.keys(value)) {
    if (allowed.includes(field)) continue;
    const why = Object.hasOwn(refusedConstructs, field) ? refusedConstructs[field] : 'it is unknown to the engine';
    report(`${here}/${field}`, `The field '${field}' is not supported here: ${why}.`);
  }
}

export function eachObject(list: Json | undefined, here: string, check: (each: JsonObject, at: string) => void): void {
  if (!Array.isArray(list)) return;
  list.forEach((each, i) => {
    if (isJsonObject(each)) check(each, `${here}/${i}`);
  });
}
