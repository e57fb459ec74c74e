/** Hive's spelling of a type, as Glue stores it. */
import { type Type, typeName } from '../sql/types.ts';

const HIVE: Partial<Record<Type['kind'], string>> = {
  integer: 'int',
  real: 'float',
  varbinary: 'binary',
  timestamp: 'timestamp',
};

export function glueType(type: Type): string {
  switch (type.kind) {
    case 'varchar':
      return type.length === undefined ? 'string' : `varchar(${type.length})`;
    case 'array':
      return `array<${glueType(type.element)}>`;
    case 'map':
      return `map<${glueType(type.key)},${glueType(type.value)}>`;
    case 'row':
      return `struct<${type.fields.map((field, i) => `${field.name ?? `field${i}`}:${glueType(field.type)}`).join(',')}>`;
    default:
      return HIVE[type.kind] ?? typeName(type);
  }
}
