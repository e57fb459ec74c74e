import { isUtf8 } from 'node:buffer';
import { TidemarkError } from '@tidemark/domain';
import { parseCsvRow } from './csv-row.ts';

/** @throws FILE_UNDECODABLE; the names themselves are not in the message, since without a header they are values. */
export function parseCsvHeader(bytes: Buffer): readonly string[] {
  const unusable = (why: string) => new TidemarkError('FILE_UNDECODABLE', `the header ${why}`);
  if (!isUtf8(bytes)) throw unusable('is not UTF-8');
  const names = parseCsvRow(trimLineEnd(bytes.toString('utf8')));
  if (names === undefined) throw unusable('has quotes that do not follow RFC 4180');
  if (names.some((name) => name.includes('\r'))) throw unusable('holds a carriage return: end lines with LF or CRLF');
  if (names.includes('')) throw unusable(`names no column at position ${names.indexOf('') + 1}`);
  const twice = names.findIndex((name, at) => names.indexOf(name) !== at);
  if (twice !== -1) throw unusable(`names the column at position ${twice + 1} for the second time`);
  return names;
}

const trimLineEnd = (row: string) => row.replace(/\r?\n?$/, '');
