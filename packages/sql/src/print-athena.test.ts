import { describe, expect, it } from 'vitest';
import { printAthena } from './print-athena.ts';
import { printExpression } from './print-expression.ts';
import {
  between,
  bool,
  call,
  column,
  type Expression,
  integer,
  isNull,
  operation,
  over,
  type Query,
  text,
  when,
} from './tree.ts';

const print = (expression: Expression) => printExpression(expression, '');

describe('printing expressions', () => {
  it.each([
    {
      why: 'tighter operators need no parentheses',
      of: operation('+', operation('*', column('a'), integer(2)), column('b')),
      text: 'a * 2 + b',
    },
    { why: 'looser ones do', of: operation('*', operation('+', column('a'), integer(2)), column('b')), text: '(a + 2) * b' },
    {
      why: 'equal ones do, as minus is not associative',
      of: operation('-', column('a'), operation('-', column('b'), column('c'))),
      text: 'a - (b - c)',
    },
    {
      why: 'OR in AND',
      of: operation('AND', operation('OR', column('a'), column('b')), isNull(column('c'))),
      text: '(a OR b) AND c IS NULL',
    },
    { why: 'a predicate in a predicate', of: operation('=', isNull(column('a')), bool(true)), text: '(a IS NULL) = true' },
    { why: 'a negative operand', of: operation('-', column('a'), integer(-5)), text: 'a - -5' },
    { why: 'a negative factor', of: operation('*', column('a'), integer(-5)), text: 'a * (-5)' },
    {
      why: 'BETWEEN',
      of: between(operation('+', column('a'), integer(1)), integer(-3), integer(4)),
      text: 'a + 1 BETWEEN -3 AND 4',
    },
    { why: 'quotes in text', of: text("it's"), text: "'it''s'" },
    { why: 'a qualified reserved name', of: column('order', 'r0'), text: 'r0."order"' },
    { why: 'upper case, which bare would be folded', of: column('Amount'), text: '"Amount"' },
    { why: 'a window by name', of: over('w', 'max', column('a')), text: 'max(a) OVER w' },
    {
      why: 'a window in place',
      of: over(
        {
          partitionBy: [column('k')],
          orderBy: [{ value: column('t') }, { value: column('g'), descending: true }],
          running: true,
        },
        'row_number',
      ),
      text: 'row_number() OVER (PARTITION BY k ORDER BY t, g DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)',
    },
    { why: 'a case', of: when(column('a'), integer(1), text('')), text: "CASE WHEN a THEN 1 ELSE '' END" },
  ])('$why', ({ of, text: printed }) => {
    expect(print(of)).toBe(printed);
  });

  it('breaks what is too long for a line at its operands, arguments or branches', () => {
    const long = (name: string) => column(`${name}_${'x'.repeat(40)}`);
    expect(
      `\n${print(operation('OR', long('a'), operation('AND', long('b'), long('c')), isNull(long('d'))))}`,
    ).toMatchInlineSnapshot(`
      "
      a_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
        OR b_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx AND c_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
        OR d_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx IS NULL"
    `);
    expect(`\n${print(call('to_hex', call('md5', call('concat', long('a'), long('b'), long('c')))))}`).toMatchInlineSnapshot(`
      "
      to_hex(md5(concat(
        a_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,
        b_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,
        c_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
      )))"
    `);
    expect(`\n${print(when(long('a'), long('b'), long('c')))}`).toMatchInlineSnapshot(`
      "
      CASE
        WHEN a_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx THEN b_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
        ELSE c_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
      END"
    `);
  });
});

describe('printing queries', () => {
  it('gives every column, condition, join and named query a line', () => {
    const query: Query = {
      with: [
        {
          name: 'a',
          body: { kind: 'select', all: true, columns: [], from: { kind: 'table', table: { database: 'db', name: 't' } } },
        },
        {
          name: 'b',
          body: {
            kind: 'union-all',
            selects: [
              { kind: 'select', columns: [{ value: column('x') }, { value: integer(1) }], from: { kind: 'with', name: 'a' } },
              {
                kind: 'select',
                columns: [{ value: column('y'), as: 'x' }],
                from: { kind: 'with', name: 'a' },
                where: [isNull(column('y')), bool(true)],
              },
            ],
          },
        },
      ],
      body: {
        kind: 'select',
        columns: [{ value: column('x', 'b'), as: 'z' }],
        from: { kind: 'with', name: 'b' },
        joins: [{ name: 'a', on: operation('=', column('x', 'a'), column('x', 'b')) }],
      },
    };
    expect(printAthena(query)).toMatchInlineSnapshot(`
      "WITH
        a AS (
          SELECT
            *
          FROM db.t
        ),
        b AS (
          SELECT x, 1
          FROM a
          UNION ALL
          SELECT
            y AS x
          FROM a
          WHERE y IS NULL
            AND true
        )
      SELECT
        b.x AS z
      FROM b
      JOIN a ON a.x = b.x"
    `);
  });
});
