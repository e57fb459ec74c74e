/** DuckDB SQL that writes values as text the way Trino's casts do, and the way Athena's result files do. */
import { quoted, rowFieldName, type Type } from '../sql/types.ts';

const FRACTION = ['', '.%f', '.%f', '.%g', '.%f', '.%f', '.%f', '.%n', '.%n', '.%n'];
const FULL_DIGITS: Readonly<Record<string, number>> = { '.%f': 6, '.%g': 3, '.%n': 9 };

/** `2026-01-01 00:00:00.123`, with as many digits as the type has. */
export function timestampText(sql: string, precision: number): string {
  const fraction = FRACTION[precision] ?? '';
  const text = `strftime(${sql}, '%Y-%m-%d %H:%M:%S${fraction}')`;
  const surplus = (FULL_DIGITS[fraction] ?? precision) - precision;
  return surplus > 0 ? `left(${text}, -${surplus})` : text;
}

/** The naive local time of a time with zone, which is kept as UTC. */
export const localTime = (sql: string, zone: string) =>
  zone === 'UTC' || zone === 'Z' ? sql : `timezone('${zone}', timezone('UTC', ${sql}))`;

export function resultText(sql: string, type: Type): string {
  switch (type.kind) {
    case 'double':
      return `java_double(${sql})`;
    case 'real':
      return `java_real(${sql})`;
    case 'timestamp':
      return timestampText(sql, type.precision);
    case 'timestamp with time zone': {
      const zone = type.zone ?? 'UTC';
      return `${timestampText(localTime(sql, zone), type.precision)} || ' ${zone}'`;
    }
    case 'varbinary':
      return `rtrim(regexp_replace(lower(hex(${sql})), '(..)', '\\1 ', 'g'))`;
    case 'array':
      return `'[' || array_to_string(list_transform(${sql}, lambda e: coalesce(${resultText('e', type.element)}, 'null')), ', ') || ']'`;
    case 'map': {
      const entry = `${resultText('e.key', type.key)} || '=' || coalesce(${resultText('e.value', type.value)}, 'null')`;
      return `'{' || array_to_string(list_transform(map_entries(${sql}), lambda e: ${entry}), ', ') || '}'`;
    }
    case 'row': {
      const fields = type.fields.map(({ name, type: fieldType }, i) => {
        const value = `struct_extract(${sql}, ${quotedLiteral(rowFieldName(name, i))})`;
        return `'${rowFieldName(name, i).replaceAll("'", "''")}=' || coalesce(${resultText(value, fieldType)}, 'null')`;
      });
      return `CASE WHEN ${sql} IS NOT NULL THEN '{' || ${fields.join(` || ', ' || `)} || '}' END`;
    }
    case 'unknown':
      return `CAST(NULL AS VARCHAR)`;
    default:
      return `CAST(${sql} AS VARCHAR)`;
  }
}

const quotedLiteral = (name: string) => `'${quoted(name).slice(1, -1).replaceAll('""', '"').replaceAll("'", "''")}'`;
