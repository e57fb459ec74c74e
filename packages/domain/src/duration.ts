import { TidemarkError } from './errors.ts';

/** A length of time as people write it: `90s`, `15m`, `2h`, `2d`, `1w`, or `0s`. Whole numbers of one unit. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd' | 'w'}`;

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** @throws DEFINITION_INVALID for anything that is not a whole number and one unit. */
export function parseDurationMs(text: Duration): number {
  const match = /^(\d{1,9})([smhdw])$/.exec(text);
  if (match === null) throw new TidemarkError('DEFINITION_INVALID', `"${text}" is not a duration such as 90s, 15m, 2h or 2d`);
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}
