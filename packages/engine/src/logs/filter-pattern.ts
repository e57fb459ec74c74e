/**
 * Filter patterns, as far as they are spoken here: nothing, which is everything; terms that a line must all contain, bare or
 * in quotes; and one equality of a JSON line, `{ $.kind = "feature-read" }`.
 *
 * @see CloudWatch Logs User Guide, "Filter pattern syntax for metric filters, subscription filters, filter log events"
 */
import { AwsError } from '../wire/aws-error.ts';

export type FilterPattern = (line: string) => boolean;

const EQUALITY = /^\{\s*\$((?:\.[A-Za-z_][\w-]*)+)\s*=\s*"([^"\\*%]*)"\s*\}$/;
const TERMS = /^(?:"[^"\\]*"|[\w.:/-]+)(?:\s+(?:"[^"\\]*"|[\w.:/-]+))*$/;

/** @throws AwsError InvalidParameterException for what the real service takes and the engine does not. */
export function parseFilterPattern(pattern: string): FilterPattern {
  const text = pattern.trim();
  if (text === '') return () => true;
  const [, path, value] = EQUALITY.exec(text) ?? [];
  if (path !== undefined && value !== undefined) return equality(path.slice(1).split('.'), value);
  // A term that begins with a minus excludes.
  if (!TERMS.test(text) || /(?:^|\s)-/.test(text)) {
    throw new AwsError(
      'InvalidParameterException',
      `The engine does not know the filter pattern ${pattern}: it takes terms, and { $.member = "text" }.`,
    );
  }
  const terms = [...text.matchAll(/"([^"]*)"|\S+/g)].map(([term, quoted]) => quoted ?? term);
  return (line) => terms.every((term) => line.includes(term));
}

function equality(path: readonly string[], value: string): FilterPattern {
  // Most lines are of another kind, and parsing them all would cost more than what is done with the rest.
  const written = JSON.stringify(value);
  return (line) => {
    if (!line.includes(written)) return false;
    let found: unknown;
    try {
      found = JSON.parse(line);
    } catch {
      return false;
    }
    for (const member of path) found = (found as Record<string, unknown> | null | undefined)?.[member];
    return found === value;
  };
}
