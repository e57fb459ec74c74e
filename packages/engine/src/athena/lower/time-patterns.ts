/** Time formats of MySQL (`date_format`, `date_parse`) and Teradata (`to_timestamp`) as DuckDB's strftime patterns. */
import { type Position, unsupported } from '../sql/query-error.ts';

/** MySQL's minute is %i, its second %s or %S, its month name %M. */
const MYSQL: Readonly<Record<string, string>> = {
  Y: '%Y',
  y: '%y',
  m: '%m',
  c: '%-m',
  d: '%d',
  e: '%-d',
  H: '%H',
  k: '%-H',
  h: '%I',
  I: '%I',
  l: '%-I',
  i: '%M',
  s: '%S',
  S: '%S',
  p: '%p',
  M: '%B',
  b: '%b',
  W: '%A',
  a: '%a',
  j: '%j',
  T: '%H:%M:%S',
  r: '%I:%M:%S %p',
  f: '%f',
  '%': '%%',
};

export function mysqlPattern(format: string, at: Position, parsing = false): string {
  return format.replaceAll(/%(.)?|([^%]+)/gs, (_, letter: string | undefined, text: string | undefined) => {
    if (text !== undefined) return text;
    const pattern = letter === undefined ? undefined : MYSQL[letter];
    if (pattern === undefined) throw unsupported(`The time format %${letter ?? ''}`, at);
    return parsing ? pattern.replaceAll('%-', '%') : pattern;
  });
}

const TERADATA: Readonly<Record<string, string>> = {
  yyyy: '%Y',
  yy: '%y',
  mm: '%m',
  dd: '%d',
  hh24: '%H',
  hh: '%I',
  mi: '%M',
  ss: '%S',
};

export function teradataPattern(format: string, at: Position): string {
  return format.toLowerCase().replaceAll(/[a-z]+\d*|%/g, (word) => {
    const pattern = TERADATA[word];
    if (!pattern) throw unsupported(`The time format ${word}`, at);
    return pattern;
  });
}
