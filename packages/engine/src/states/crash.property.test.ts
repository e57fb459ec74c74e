/** Laws of durability: wherever an instance dies, the execution ends as it would have, and nothing known is done again. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Death, runThroughDeaths } from './crash.fixture.ts';

const task = (label: string, fails = false) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: 'work', Payload: { label, fails, 'input.$': '$' } },
  OutputPath: '$.Payload',
  Retry: [{ ErrorEquals: ['RangeError'], IntervalSeconds: 2, MaxAttempts: 50, BackoffRate: 1 }],
});

const block = (states: object[], prefix = 's') => ({
  StartAt: `${prefix}0`,
  States: Object.fromEntries(
    states.map((state, i) => [
      `${prefix}${i}`,
      { ...state, ...(i === states.length - 1 ? { End: true } : { Next: `${prefix}${i + 1}` }) },
    ]),
  ),
});

const distributed = (processor: object, type: 'STANDARD' | 'EXPRESS') => ({
  Type: 'Map',
  Label: 'Items',
  MaxConcurrency: 2,
  ItemReader: {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: { InputType: 'JSONL' },
    Parameters: { Bucket: 'items', Key: 'list.jsonl' },
  },
  ItemSelector: { 'whole.$': '$', 'item.$': '$$.Map.Item.Value' },
  ItemProcessor: { ...processor, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: type } },
});

const holdItems = { Type: 'Pass', Parameters: { items: [10, 20, 30], 'held.$': '$' } };
const inlineMap = (processor: object) => ({
  Type: 'Map',
  MaxConcurrency: 2,
  ItemsPath: '$.items',
  ItemSelector: { 'whole.$': '$', 'index.$': '$$.Map.Item.Index', 'item.$': '$$.Map.Item.Value' },
  ItemProcessor: processor,
});

const input = { any: 'thing' };

/** State names must differ within a machine, hence the counter. */
function machineOf(shape: Shape): object {
  let count = 0;
  const next = () => {
    count += 1;
    return count;
  };
  const build = (shapes: Shape): object => block(shapes.flatMap(statesOf), `s${next()}-`);
  const statesOf = (state: ShapeState): object[] => {
    if (state.kind === 'task') return [task(`t${next()}`, state.fails)];
    if (state.kind === 'pass') return [{ Type: 'Pass', Parameters: { 'held.$': '$' } }];
    if (state.kind === 'wait') return [{ Type: 'Wait', Seconds: 3 }];
    if (state.kind === 'parallel') return [{ Type: 'Parallel', Branches: state.branches.map(build) }];
    if (state.kind === 'inline') return [holdItems, inlineMap(build(state.inner))];
    return [distributed(build(state.inner), 'STANDARD')];
  };
  return build(shape);
}

type Shape = readonly ShapeState[];
type ShapeState =
  | { kind: 'task'; fails: boolean }
  | { kind: 'pass' }
  | { kind: 'wait' }
  | { kind: 'parallel'; branches: Shape[] }
  | { kind: 'inline'; inner: Shape }
  | { kind: 'distributed'; inner: Shape };

const leaf: fc.Arbitrary<ShapeState> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('task' as const), fails: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'pass' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'wait' as const }) },
);
const shapeOf = (state: fc.Arbitrary<ShapeState>) => fc.array(state, { minLength: 1, maxLength: 3 });
const nested = (inner: fc.Arbitrary<Shape>): fc.Arbitrary<ShapeState> =>
  fc.oneof(
    leaf,
    fc.record({ kind: fc.constant('parallel' as const), branches: fc.array(inner, { minLength: 1, maxLength: 2 }) }),
    fc.record({ kind: fc.constant('inline' as const), inner }),
    fc.record({ kind: fc.constant('distributed' as const), inner }),
  );
const shapes = shapeOf(nested(shapeOf(nested(shapeOf(leaf)))));
const deaths: fc.Arbitrary<Death[]> = fc.array(
  fc.record({ commits: fc.integer({ min: 1, max: 12 }), when: fc.constantFrom('before' as const, 'after' as const) }),
  { minLength: 1, maxLength: 12 },
);

describe('an execution whose instance dies', () => {
  test('at any commit of a machine with every kind of state ends as without', { timeout: 60_000 }, async () => {
    const definition = machineOf([
      { kind: 'task', fails: true },
      { kind: 'wait' },
      {
        kind: 'parallel',
        branches: [
          [
            { kind: 'task', fails: false },
            { kind: 'task', fails: true },
          ],
          [{ kind: 'pass' }],
        ],
      },
      { kind: 'inline', inner: [{ kind: 'task', fails: false }] },
      { kind: 'distributed', inner: [{ kind: 'task', fails: true }, { kind: 'wait' }, { kind: 'task', fails: false }] },
      { kind: 'task', fails: false },
    ]);
    const calm = await runThroughDeaths(definition, input, []);
    expect(calm).toMatchObject({ status: 'SUCCEEDED', repeated: [] });
    expect(calm.acknowledged).toHaveLength(1 + 2 + 3 + 6 + 1);
    expect(new Set(calm.acknowledged).size).toBe(calm.acknowledged.length);

    for (let commits = 1; commits <= calm.commits; commits += 1) {
      for (const when of ['before', 'after'] as const) {
        const { status, output, acknowledged, repeated, deaths } = await runThroughDeaths(definition, input, [{ commits, when }]);
        const { commits: _, ...expected } = { ...calm, deaths: 1 };
        expect({ commits, when, status, output, acknowledged, repeated, deaths }).toEqual({ commits, when, ...expected });
      }
    }
  });

  test('again and again, whatever the machine, ends as without', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(shapes, deaths, async (shape, when) => {
        const definition = machineOf(shape);
        const calm = await runThroughDeaths(definition, input, []);
        const shaken = await runThroughDeaths(definition, input, when);
        expect(calm.status).toBe('SUCCEEDED');
        expect({ ...shaken, commits: 0, deaths: 0 }).toEqual({ ...calm, commits: 0, deaths: 0 });
      }),
      { numRuns: 40 },
    );
  });

  test('runs EXPRESS children to the same result', async () => {
    const definition = block([distributed(block([task('a', true), task('b')], 'c'), 'EXPRESS')]);
    const calm = await runThroughDeaths(definition, input, []);
    for (let commits = 1; commits <= calm.commits; commits += 1) {
      const { status, output } = await runThroughDeaths(definition, input, [{ commits, when: 'after' }]);
      expect({ commits, status, output }).toEqual({ commits, status: 'SUCCEEDED', output: calm.output });
    }
  });
});
