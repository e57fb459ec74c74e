import { TidemarkError } from '@tidemark/domain';

/** Reads the environment of one function. What is missing or malformed fails the cold start, by name. */
export interface Settings {
  text(name: string): string;
  positive(name: string): number;
}

/** @throws CONFIGURATION_INVALID naming the variable, never its value */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const text = (name: string) => {
    const value = environment[name];
    if (value === undefined || value === '')
      throw new TidemarkError('CONFIGURATION_INVALID', `the environment variable ${name} is not set`, { field: name });
    return value;
  };
  return {
    text,
    positive(name) {
      const value = Number(text(name));
      if (!(value > 0 && Number.isFinite(value))) {
        throw new TidemarkError('CONFIGURATION_INVALID', `the environment variable ${name} must be a positive number`, {
          field: name,
        });
      }
      return value;
    },
  };
}

export const settings = readSettings(process.env);
