/**
 * Reads the schemas that SDK clients export as small plain facts. The schemas' layout is the SDK's own business, so
 * nothing else in the engine looks into it; the exact client versions are pinned.
 */
import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef } from '@smithy/types';

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds' | undefined;

export interface ShapeMember {
  readonly name: string;
  readonly shape: Shape;
  readonly required: boolean;
  readonly traits: Readonly<Record<string, unknown>>;
}

/** `identity` is the same object for the same schema: compilers key their memo (and recursion) on it. */
export type Shape = { readonly identity: unknown } & (
  | { readonly kind: 'structure'; readonly name: string; readonly union: boolean; readonly members: readonly ShapeMember[] }
  | { readonly kind: 'list' | 'map'; readonly value: () => Shape; readonly sparse: boolean }
  | { readonly kind: 'timestamp'; readonly format: TimestampFormat }
  | { readonly kind: 'string' | 'boolean' | 'number' | 'blob' | 'document' | 'unit' }
);

const timestampFormats: Readonly<Record<number, TimestampFormat>> = { 5: 'date-time', 6: 'http-date', 7: 'epoch-seconds' };

const shapes = new Map<unknown, Shape>();

export function shapeOf(ref: SchemaRef | NormalizedSchema): Shape {
  const schema = NormalizedSchema.of(ref);
  const identity = schema.getSchema();
  const known = shapes.get(identity);
  if (known) return known;
  const shape = readShape(schema, identity);
  shapes.set(identity, shape);
  return shape;
}

function readShape(schema: NormalizedSchema, identity: unknown): Shape {
  if (schema.isUnitSchema()) return { identity, kind: 'unit' };
  if (schema.isStructSchema()) {
    const requiredCount = (identity as { 6?: number })[6] ?? 0;
    let members: ShapeMember[] | undefined;
    return {
      identity,
      kind: 'structure',
      name: schema.getName() ?? '',
      union: schema.isUnionSchema(),
      get members() {
        members ??= [...schema.structIterator()].map(([name, member], index) => ({
          name,
          get shape() {
            return shapeOf(member);
          },
          required: index < requiredCount,
          traits: member.getMergedTraits() as Readonly<Record<string, unknown>>,
        }));
        return members;
      },
    };
  }
  if (schema.isListSchema() || schema.isMapSchema()) {
    const sparse = Boolean((schema.getMergedTraits() as { sparse?: unknown }).sparse);
    return { identity, kind: schema.isListSchema() ? 'list' : 'map', value: () => shapeOf(schema.getValueSchema()), sparse };
  }
  if (schema.isTimestampSchema()) return { identity, kind: 'timestamp', format: timestampFormats[identity as unknown as number] };
  if (schema.isBlobSchema()) return { identity, kind: 'blob' };
  if (schema.isBooleanSchema()) return { identity, kind: 'boolean' };
  if (schema.isNumericSchema() || schema.isBigIntegerSchema() || schema.isBigDecimalSchema()) return { identity, kind: 'number' };
  if (schema.isDocumentSchema()) return { identity, kind: 'document' };
  return { identity, kind: 'string' };
}
