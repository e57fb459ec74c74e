import { refusePath } from './check-expressions.ts';
import { checkFields, eachObject, type Report } from './check-fields.ts';
import { comparisonNames } from './choice.ts';
import { isJsonObject, type JsonObject } from './json.ts';

/** A rule of a Choice state; only those at the top say where to go. */
export function checkRule(rule: JsonObject, here: string, isTop: boolean, report: Report): void {
  const lists = ['And', 'Or'].filter((name) => rule[name] !== undefined);
  const comparisons = Object.keys(rule).filter((name) => comparisonNames.has(name));
  checkFields(rule, ['Variable', 'Comment', 'Not', ...lists, ...comparisons, ...(isTop ? ['Next'] : [])], here, report);
  if (lists.length + comparisons.length + (rule.Not === undefined ? 0 : 1) !== 1) {
    report(here, 'A choice rule must hold exactly one comparison, And, Or or Not.');
  }
  if (comparisons.length > 0 && typeof rule.Variable !== 'string') report(here, 'A comparison needs a Variable.');
  if (typeof rule.Variable === 'string') refusePath(rule.Variable, `${here}/Variable`, report);
  for (const name of lists) eachObject(rule[name], `${here}/${name}`, (each, at) => checkRule(each, at, false, report));
  if (isJsonObject(rule.Not)) checkRule(rule.Not, `${here}/Not`, false, report);
}
