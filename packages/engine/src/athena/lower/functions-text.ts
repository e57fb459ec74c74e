/** String, binary, regular-expression and JSON functions. */
import { failing } from '../duck/failure.ts';
import { type Position, QueryError, unsupported } from '../sql/query-error.ts';
import { arrayOf, BIGINT, BOOLEAN, DOUBLE, JSON_TYPE, VARBINARY, VARCHAR } from '../sql/types.ts';
import { custom, type FunctionTable, plain } from './function-table.ts';
import { type Lowered, literal } from './scope.ts';

const text = (sql: string): Lowered => ({ sql, type: VARCHAR });

function constantText(value: Lowered | undefined, what: string, at: Position): string {
  if (typeof value?.constant !== 'string') throw unsupported(`${what} that is no literal`, at);
  return value.constant;
}

/** Trino says NULL for a group that took no part, DuckDB '': only patterns whose groups always take part are exact. */
function groupPattern(pattern: Lowered | undefined, at: Position): string {
  const source = constantText(pattern, 'regexp_extract with a group and a pattern', at);
  if (/\|/.test(source) || /\)(?:[?*]|\{0)/.test(source))
    throw unsupported('regexp_extract of a group that may not take part in the match', at);
  return literal(source);
}

/** `$1` to `\1`, and a backslash of the replacement's own doubled. */
function replacement(value: Lowered | undefined, at: Position): string {
  const source = constantText(value, 'regexp_replace with a replacement', at);
  if (/\$\{/.test(source)) throw unsupported('regexp_replace with a named group', at);
  const translated = source.replaceAll(/\\(.)|\$(\d)|\\/g, (_, escaped?: string, group?: string) =>
    group ? `\\${group}` : escaped === '\\' ? '\\\\' : (escaped ?? ''),
  );
  return literal(translated);
}

function substring([value, start, length]: readonly Lowered[]): Lowered {
  const [s, from] = [(value as Lowered).sql, start as Lowered];
  const count = length ? `, ${length.sql}` : '';
  const cut = `substr(${s}, ${from.sql}${count})`;
  if (typeof from.constant === 'number' && from.constant > 0) return text(cut);
  return text(`CASE WHEN ${from.sql} = 0 OR ${from.sql} < - length(${s}) THEN '' ELSE ${cut} END`);
}

const pad = (side: 'lpad' | 'rpad') =>
  plain([VARCHAR, BIGINT, VARCHAR], VARCHAR, (s, n, p) => `${side}(${s}, CAST(${n} AS INTEGER), ${p})`);

function splitPart([value, delimiter, index]: readonly Lowered[], at: Position): Lowered {
  const [s, d, n] = [value?.sql, delimiter?.sql, index];
  if (typeof n?.constant === 'number' && n.constant < 1)
    throw new QueryError('INVALID_FUNCTION_ARGUMENT', 'Index must be greater than zero', at);
  return text(`CASE WHEN ${n?.sql} <= len(string_split(${s}, ${d})) THEN split_part(${s}, ${d}, ${n?.sql}) END`);
}

/** Objects and arrays give NULL, and so does text that is no JSON. Paths are the part of JSONPath that both know. */
function jsonPath(value: Lowered | undefined, at: Position): string {
  const path = constantText(value, 'A JSON path', at);
  if (!/^\$(?:\.[A-Za-z_][A-Za-z0-9_]*|\[\d+\]|\["[^"\]]+"\])*$/.test(path)) throw unsupported('This JSON path', at);
  return literal(path.replaceAll(/\["([^"\]]+)"\]/g, '."$1"'));
}

const jsonScalar = (json: string, path: string) => {
  const valid = `CASE WHEN json_valid(${json}) THEN ${json} END`;
  return `CASE WHEN json_type(${valid}, ${path}) NOT IN ('OBJECT', 'ARRAY') THEN json_extract_string(${valid}, ${path}) END`;
};

const jsonFunctions: FunctionTable = {
  json_extract_scalar: [VARCHAR, JSON_TYPE].map((type) =>
    custom([type, VARCHAR], ([j, p], at) => text(jsonScalar(j?.sql ?? '', jsonPath(p, at)))),
  ),
  json_extract: [VARCHAR, JSON_TYPE].map((type) =>
    custom([type, VARCHAR], ([j, p], at) => ({
      sql: `CAST(json_extract(CASE WHEN json_valid(${j?.sql}) THEN ${j?.sql} END, ${jsonPath(p, at)}) AS VARCHAR)`,
      type: JSON_TYPE,
    })),
  ),
  json_parse: [
    plain(
      [VARCHAR],
      JSON_TYPE,
      (s) => `CASE WHEN ${s} IS NULL OR json_valid(${s}) THEN ${s} ELSE ${failing('INVALID_FUNCTION_ARGUMENT', 'VARCHAR')} END`,
    ),
  ],
  json_format: [plain([JSON_TYPE], VARCHAR, (s) => `CAST(CAST(${s} AS JSON) AS VARCHAR)`)],
  json_array_length: [VARCHAR, JSON_TYPE].map((type) =>
    plain(
      [type],
      BIGINT,
      (s) => `CASE WHEN json_valid(${s}) AND json_type(${s}) = 'ARRAY' THEN CAST(json_array_length(${s}) AS BIGINT) END`,
    ),
  ),
};

const regularExpressions: FunctionTable = {
  regexp_like: [plain([VARCHAR, VARCHAR], BOOLEAN, (s, p) => `regexp_matches(${s}, ${p})`)],
  regexp_extract: [
    plain([VARCHAR, VARCHAR], VARCHAR, (s, p) => `CASE WHEN regexp_matches(${s}, ${p}) THEN regexp_extract(${s}, ${p}) END`),
    custom([VARCHAR, VARCHAR, BIGINT], ([s, p, g], at) => {
      const pattern = groupPattern(p, at);
      if (typeof g?.constant !== 'number') throw unsupported('regexp_extract with a group that is no literal', at);
      return text(
        `CASE WHEN regexp_matches(${s?.sql}, ${pattern}) THEN regexp_extract(${s?.sql}, ${pattern}, ${g.constant}) END`,
      );
    }),
  ],
  regexp_replace: [
    plain([VARCHAR, VARCHAR], VARCHAR, (s, p) => `regexp_replace(${s}, ${p}, '', 'g')`),
    custom([VARCHAR, VARCHAR, VARCHAR], ([s, p, r], at) =>
      text(`regexp_replace(${s?.sql}, ${p?.sql}, ${replacement(r, at)}, 'g')`),
    ),
  ],
  regexp_split: [plain([VARCHAR, VARCHAR], arrayOf(VARCHAR), (s, p) => `string_split_regex(${s}, ${p})`)],
};

/** DuckDB's digests are hexadecimal text already, which `to_hex` takes as it is. */
const digest = (name: string) => [
  custom([VARBINARY], ([b]) => ({ sql: `unhex(${name}(${b?.sql}))`, digits: `${name}(${b?.sql})`, type: VARBINARY })),
];

const binary: FunctionTable = {
  to_utf8: [plain([VARCHAR], VARBINARY, (s) => `encode(${s})`)],
  from_utf8: [plain([VARBINARY], VARCHAR, (b) => `decode(${b})`)],
  to_hex: [custom([VARBINARY], ([b]) => text(b?.digits === undefined ? `hex(${b?.sql})` : `upper(${b.digits})`))],
  from_hex: [plain([VARCHAR], VARBINARY, (s) => `unhex(${s})`)],
  to_base64: [plain([VARBINARY], VARCHAR, (b) => `to_base64(${b})`)],
  from_base64: [plain([VARCHAR], VARBINARY, (s) => `from_base64(${s})`)],
  md5: digest('md5'),
  sha1: digest('sha1'),
  sha256: digest('sha256'),
  sha512: [plain([VARBINARY], VARBINARY, (b) => `trino_sha512(${b})`)],
  xxhash64: [plain([VARBINARY], VARBINARY, (b) => `trino_xxhash64(${b})`)],
  crc32: [plain([VARBINARY], BIGINT, (b) => `trino_crc32(${b})`)],
  to_ieee754_64: [plain([DOUBLE], VARBINARY, (x) => `CAST(CAST(${x} AS BIT) AS BLOB)`)],
  to_big_endian_64: [
    plain([BIGINT], VARBINARY, (n) => `unhex(format('{:016x}', CAST(${n} AS HUGEINT) & 18446744073709551615::HUGEINT))`),
  ],
};

export const textFunctions: FunctionTable = {
  ...jsonFunctions,
  ...regularExpressions,
  ...binary,
  length: [plain([VARCHAR], BIGINT, (s) => `length(${s})`), plain([VARBINARY], BIGINT, (b) => `octet_length(${b})`)],
  lower: [plain([VARCHAR], VARCHAR, (s) => `lower(${s})`)],
  upper: [plain([VARCHAR], VARCHAR, (s) => `upper(${s})`)],
  trim: [plain([VARCHAR], VARCHAR, (s) => `trim(${s})`), plain([VARCHAR, VARCHAR], VARCHAR, (s, c) => `trim(${s}, ${c})`)],
  ltrim: [plain([VARCHAR], VARCHAR, (s) => `ltrim(${s})`), plain([VARCHAR, VARCHAR], VARCHAR, (s, c) => `ltrim(${s}, ${c})`)],
  rtrim: [plain([VARCHAR], VARCHAR, (s) => `rtrim(${s})`), plain([VARCHAR, VARCHAR], VARCHAR, (s, c) => `rtrim(${s}, ${c})`)],
  substr: [custom([VARCHAR, BIGINT], substring), custom([VARCHAR, BIGINT, BIGINT], substring)],
  substring: [custom([VARCHAR, BIGINT], substring), custom([VARCHAR, BIGINT, BIGINT], substring)],
  strpos: [plain([VARCHAR, VARCHAR], BIGINT, (s, n) => `CAST(strpos(${s}, ${n}) AS BIGINT)`)],
  replace: [
    plain([VARCHAR, VARCHAR], VARCHAR, (s, f) => `replace(${s}, ${f}, '')`),
    plain([VARCHAR, VARCHAR, VARCHAR], VARCHAR, (s, f, t) => `replace(${s}, ${f}, ${t})`),
  ],
  reverse: [plain([VARCHAR], VARCHAR, (s) => `reverse(${s})`)],
  translate: [plain([VARCHAR, VARCHAR, VARCHAR], VARCHAR, (s, f, t) => `translate(${s}, ${f}, ${t})`)],
  lpad: [pad('lpad')],
  rpad: [pad('rpad')],
  split: [plain([VARCHAR, VARCHAR], arrayOf(VARCHAR), (s, d) => `string_split(${s}, ${d})`)],
  split_part: [custom([VARCHAR, VARCHAR, BIGINT], splitPart)],
  starts_with: [plain([VARCHAR, VARCHAR], BOOLEAN, (s, p) => `starts_with(${s}, ${p})`)],
  chr: [plain([BIGINT], VARCHAR, (n) => `chr(CAST(${n} AS INTEGER))`)],
  codepoint: [plain([VARCHAR], BIGINT, (s) => `CAST(unicode(${s}) AS BIGINT)`)],
  concat_ws: [custom([VARCHAR, VARCHAR], (args) => text(`concat_ws(${args.map((arg) => arg.sql).join(', ')})`), true)],
  levenshtein_distance: [plain([VARCHAR, VARCHAR], BIGINT, (a, b) => `CAST(levenshtein(${a}, ${b}) AS BIGINT)`)],
};
