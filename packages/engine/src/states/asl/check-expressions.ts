/** Paths and intrinsic functions, as far as they can be judged before there is an input. */

import type { Report } from './check-fields.ts';
import { type Expression, parseIntrinsic } from './intrinsics.ts';
import type { Json } from './json.ts';
import { StatesError } from './states-error.ts';

export function checkTemplate(template: Json | undefined, here: string, report: Report): void {
  if (typeof template !== 'object' || template === null) return;
  for (const [name, value] of Object.entries(template)) {
    const at = `${here}/${name}`;
    if (!Array.isArray(template) && name.endsWith('.$')) checkExpression(value, at, report);
    else checkTemplate(value, at, report);
  }
}

function checkExpression(value: Json | undefined, here: string, report: Report): void {
  if (typeof value !== 'string') {
    report(here, "A field whose name ends in '.$' must hold a path or an intrinsic function.");
  } else if (value.startsWith('$')) {
    refusePath(value, here, report);
  } else {
    checkIntrinsic(value, here, report);
  }
}

function checkIntrinsic(text: string, here: string, report: Report): void {
  try {
    eachPath(parseIntrinsic(text), (path) => refusePath(path, here, report));
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    report(here, error.reason);
  }
}

function eachPath(expression: Expression, check: (path: string) => void): void {
  if (expression.kind === 'path') check(expression.path);
  if (expression.kind === 'call') for (const argument of expression.arguments) eachPath(argument, check);
}

/** `$name` reads a variable and `$$.Task` a token: neither exists here. */
export function refusePath(path: string, here: string, report: Report): void {
  if (path.startsWith('States.')) checkIntrinsic(path, here, report);
  else if (/^\$\$\.Task\b/.test(path)) report(here, 'Task tokens ($$.Task.Token, waitForTaskToken) are not run by the engine.');
  else if (/^\$\w/.test(path))
    report(here, `Variables ('${path}') are not run by the engine; pass values on through ResultPath.`);
  else if (!/^\$\$?(?:[.[]|$)/.test(path)) report(here, `'${path}' is not a JSONPath.`);
}
