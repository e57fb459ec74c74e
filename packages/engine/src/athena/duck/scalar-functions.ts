/** Functions that DuckDB lacks, in JavaScript: Java's way to write floating-point numbers, and checksums. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import {
  BIGINT,
  BLOB,
  DOUBLE,
  DuckDBBlobValue,
  DuckDBScalarFunction,
  type DuckDBType,
  type DuckDBValue,
  FLOAT,
  VARCHAR,
} from '@duckdb/node-api';
import { xxhash64 } from './xxhash64.ts';

/** The shortest digits that give the number back, and the power of ten of the first. */
function digits(value: number, isReal: boolean): { mantissa: string; exponent: number } {
  let shortest = value;
  if (isReal)
    for (let precision = 1; precision <= 9; precision += 1) {
      shortest = Number(value.toPrecision(precision));
      if (Math.fround(shortest) === value) break;
    }
  const [mantissa = '', exponent = '0'] = shortest.toExponential().split('e');
  return { mantissa: mantissa.includes('.') ? mantissa : `${mantissa}.0`, exponent: Number(exponent) };
}

const special = (value: number) =>
  Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? undefined : value > 0 ? 'Infinity' : '-Infinity';
const zero = (value: number) => (Object.is(value, -0) ? '-' : '');

/** Trino's CAST(x AS varchar): `1.0E0`, `1.25E-3`. */
export function trinoNumber(value: number, isReal = false): string {
  const named = special(value);
  if (named !== undefined) return named;
  if (value === 0) return `${zero(value)}0.0E0`;
  const { mantissa, exponent } = digits(value, isReal);
  return `${mantissa}E${exponent}`;
}

/** Java's Double.toString, as in Athena's result files: `1.0`, `1.0E7`, `1.0E-4`. */
export function javaNumber(value: number, isReal = false): string {
  const named = special(value);
  if (named !== undefined) return named;
  if (value === 0) return `${zero(value)}0.0`;
  const { mantissa, exponent } = digits(value, isReal);
  if (exponent < -3 || exponent >= 7) return `${mantissa}E${exponent}`;
  const sign = mantissa.startsWith('-') ? '-' : '';
  const all = mantissa.replace('-', '').replace('.', '').replace(/0+$/, '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${all}`;
  const padded = all.padEnd(exponent + 1, '0');
  return `${sign}${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1) || '0'}`;
}

function scalar<T extends DuckDBValue>(
  name: string,
  parameter: DuckDBType,
  result: DuckDBType,
  compute: (value: T) => DuckDBValue,
): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name,
    parameterTypes: [parameter],
    returnType: result,
    mainFunction(_info, input, output) {
      const values = input.getColumnVector(0);
      for (let row = 0; row < input.rowCount; row += 1) {
        const value = values.getItem(row) as T | null;
        output.setItem(row, value === null ? null : compute(value));
      }
      output.flush();
    },
  });
}

const blob = (bytes: Uint8Array) => new DuckDBBlobValue(bytes);

export const scalarFunctions = (): DuckDBScalarFunction[] => [
  scalar<number>('trino_double', DOUBLE, VARCHAR, (value) => trinoNumber(value)),
  scalar<number>('trino_real', FLOAT, VARCHAR, (value) => trinoNumber(value, true)),
  scalar<number>('java_double', DOUBLE, VARCHAR, (value) => javaNumber(value)),
  scalar<number>('java_real', FLOAT, VARCHAR, (value) => javaNumber(value, true)),
  scalar<DuckDBBlobValue>('trino_xxhash64', BLOB, BLOB, ({ bytes }) => blob(xxhash64(bytes))),
  scalar<DuckDBBlobValue>('trino_crc32', BLOB, BIGINT, ({ bytes }) => BigInt(crc32(bytes))),
  scalar<DuckDBBlobValue>('trino_sha512', BLOB, BLOB, ({ bytes }) => blob(createHash('sha512').update(bytes).digest())),
];
