import { type Expression, integer, operation, when } from '../tree.ts';

/** Rounded down, where SQL's division of whole numbers cuts: they differ before 1970. */
export const floorDivide = (value: Expression, by: bigint): Expression =>
  by === 1n
    ? value
    : operation('/', operation('-', value, when(operation('<', value, integer(0)), integer(by - 1n), integer(0))), integer(by));
