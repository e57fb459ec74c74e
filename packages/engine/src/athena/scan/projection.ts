/** Partition projection: partitions are what the paths say, within the ranges that the table's properties declare. */
import { QueryError } from '../sql/query-error.ts';

export interface Projection {
  /** The part of the location before the first partition value. */
  readonly prefix: string;
  /** Values in the order of the partition keys, or undefined when the path is none of the table's. */
  values(location: string): string[] | undefined;
}

const invalid = (message: string) => new QueryError('INVALID_TABLE_PROPERTY', message);

export function tableProjection(
  parameters: Readonly<Record<string, string>>,
  keys: readonly string[],
  location: string,
): Projection | undefined {
  if (parameters['projection.enabled']?.toLowerCase() !== 'true') return undefined;
  const folder = location.replace(/\/?$/, '/');
  const given = parameters['storage.location.template'] ?? folder + keys.map((key) => `${key}=\${${key}}`).join('/');
  const template = given.replace(/\/$/, '');
  const named = [...template.matchAll(/\$\{([^}]+)\}/g)].map((match) => match[1]?.toLowerCase() ?? '');
  const missing = keys.find((key) => !named.includes(key));
  if (missing !== undefined) throw invalid(`storage.location.template lacks \${${missing}}`);
  const escaped = template.replaceAll(/[.*+?^()|[\]\\]/g, '\\$&').replaceAll(/\$\{[^}]+\}/g, '([^/]+)');
  const pattern = new RegExp(`^${escaped}(?:/|$)`);
  const allowed = keys.map((key) => rule(parameters, key));
  return {
    prefix: template.slice(0, template.indexOf('${')),
    values(path) {
      const match = pattern.exec(path);
      if (!match) return undefined;
      const values = keys.map((key) => match[1 + named.indexOf(key)] ?? '');
      return values.every((value, i) => allowed[i]?.(value)) ? values : undefined;
    },
  };
}

function rule(parameters: Readonly<Record<string, string>>, key: string): (value: string) => boolean {
  const property = (name: string) => parameters[`projection.${key}.${name}`];
  const type = property('type');
  if (type === 'enum') {
    const values = new Set((property('values') ?? '').split(',').map((value) => value.trim()));
    return (value) => values.has(value);
  }
  if (type === 'injected') return () => true;
  if (type === 'integer') {
    const [least, most] = (property('range') ?? '').split(',').map((bound) => Number(bound.trim()));
    if (!Number.isSafeInteger(least) || !Number.isSafeInteger(most))
      throw invalid(`projection.${key}.range is missing or not two integers`);
    const [digits, interval] = [Number(property('digits') ?? 0), Number(property('interval') ?? 1)];
    return (value) => {
      const number = Number(value);
      const written = String(number).padStart(digits, '0') === value;
      return (
        written && number >= (least as number) && number <= (most as number) && (number - (least as number)) % interval === 0
      );
    };
  }
  throw new QueryError(
    'NOT_SUPPORTED',
    `projection.${key}.type=${type ?? '(missing)'} is not run by this engine (integer, enum and injected are)`,
  );
}
