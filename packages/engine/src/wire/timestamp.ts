import type { TimestampFormat } from './shape.ts';
import { ShapeFault } from './shape-fault.ts';

/** Numbers are epoch seconds in every protocol; text is taken by its format, or by either where none is declared. */
export function parseTimestamp(value: unknown, format: TimestampFormat): Date {
  const date =
    typeof value === 'number'
      ? new Date(Math.round(value * 1000))
      : typeof value === 'string' && format !== 'epoch-seconds'
        ? new Date(value)
        : typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)
          ? new Date(Math.round(Number(value) * 1000))
          : undefined;
  if (!date || Number.isNaN(date.getTime())) throw new ShapeFault('type', 'a timestamp');
  return date;
}

export function printTimestamp(date: Date, format: TimestampFormat): string | number {
  if (format === 'http-date') return date.toUTCString();
  if (format === 'date-time') return date.toISOString().replace('.000Z', 'Z');
  return date.getTime() / 1000;
}
