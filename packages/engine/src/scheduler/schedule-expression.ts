import { Cron } from 'croner';

/** The first firing strictly after a time, in ms since 1970, UTC; undefined when there is none any more. */
export type NextFiring = (afterMs: number) => number | undefined;

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/**
 * Parses EventBridge's `rate(value unit)` and `cron(minutes hours day-of-month month day-of-week year)`, both in UTC.
 * A rate counts from `anchorMs`; its first firing is one period after that.
 *
 * @throws Error that quotes the expression and says what is wrong with it.
 */
export function parseScheduleExpression(expression: string, anchorMs: number): NextFiring {
  const [, kind, body = ''] = /^(rate|cron)\((.*)\)$/.exec(expression.trim()) ?? [];
  const refuse = (why: string): never => {
    throw new Error(`schedule expression ${expression}: ${why}`);
  };
  if (kind === 'rate') return parseRate(body, anchorMs, refuse);
  if (kind === 'cron') return parseCron(body, refuse);
  return refuse('use rate(5 minutes) or cron(0 3 * * ? *); one-time schedules, at(…), are not supported');
}

type Refuse = (why: string) => never;

function parseRate(body: string, anchorMs: number, refuse: Refuse): NextFiring {
  const [, valueText, unit, plural] = /^([1-9]\d*)\s+(minute|hour|day)(s?)$/.exec(body.trim()) ?? [];
  if (!unit) return refuse('a rate is a positive whole number and minute(s), hour(s) or day(s)');
  const value = Number(valueText);
  if ((value === 1) === (plural === 's'))
    return refuse('1 goes with minute, hour or day; greater numbers with minutes, hours or days');
  const periodMs = value * UNIT_MS[unit as keyof typeof UNIT_MS];
  return (afterMs) => anchorMs + Math.max(1, Math.floor((afterMs - anchorMs) / periodMs) + 1) * periodMs;
}

function parseCron(body: string, refuse: Refuse): NextFiring {
  const fields = body.trim().split(/\s+/);
  if (fields.length !== 6) return refuse('cron takes six fields: minutes hours day-of-month month day-of-week year');
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = fields as [string, string, string, string, string, string];
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return refuse('exactly one of day-of-month and day-of-week must be ?');
  // A lone L among the days of the week is Saturday, the week's last day; `6L` is the month's last Friday, which croner writes `6#L`.
  const weekdays = dayOfWeek === 'L' ? '7' : dayOfWeek.replace(/^([1-7]|[A-Z]{3})L$/i, '$1#L');
  const pattern = [minutes, hours, dayOfMonth, month, weekdays, year]
    .map((field, i) => cronerField(field, GREATEST[i] as number))
    .join(' ');
  try {
    const cron = new Cron(`0 ${pattern}`, { mode: '7-part', timezone: 'UTC', alternativeWeekdays: true });
    return (afterMs) => cron.nextRun(new Date(afterMs))?.getTime();
  } catch (error) {
    return refuse((error as Error).message.replace(/^CronPattern: /, ''));
  }
}

const GREATEST = [59, 23, 31, 12, 7, 2199] as const;

/** croner takes no `?`, and wants `5/15` (from 5 on, every 15) as a range. */
function cronerField(field: string, greatest: number): string {
  if (field === '?') return '*';
  return field
    .split(',')
    .map((part) => part.replace(/^(\w+)\/(\d+)$/, `$1-${greatest}/$2`))
    .join(',');
}
