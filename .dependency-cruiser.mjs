/**
 * Who may import whom: docs and reviews quote this table, `npm run check` enforces it, test/checks/boundaries.test.ts plants
 * a violation of every pair that is not in it. Tests (`*.test.ts`, fixtures) stand outside the table, not outside the other rules.
 */
export const mayImport = {
  domain: [],
  sql: ['domain'],
  pipeline: ['domain', 'sql'],
  aws: ['domain', 'pipeline'],
  machines: ['domain'],
  functions: ['domain', 'features', 'pipeline', 'aws', 'machines'],
  features: ['domain'],
  engine: [],
  client: [],
  console: ['client'],
  cli: ['domain', 'sql', 'pipeline', 'aws', 'machines', 'functions', 'features', 'engine', 'client', 'console'],
  testing: ['domain', 'sql', 'pipeline', 'aws', 'machines', 'functions', 'features', 'engine', 'client', 'cli'],
};

/** The stacks turn data into resources: they see definitions and topology, and no code that runs in a function or on a laptop. */
const STACKS_MAY_IMPORT = ['domain', 'sql', 'pipeline', 'machines', 'functions', 'features'];
const TOPOLOGY = ['topology', 'resolve-topology', 'alarms', 'feature-group-sets'];

/** What may speak to AWS, or imitate it. */
const KNOWS_THE_SDK = ['aws', 'functions', 'engine', 'cli', 'testing'];
/** Values in, values out. The scripts that make a shipped example's raw files are no definitions, and run on a laptop. */
const PURE = '^packages/(domain|sql|machines)/src/|^packages/features/src/(?!.+/(raw|derive|scripts|export)/)';
const TEST = '[.](test|fixture)[.]ts$|/fixtures/';

const layers = Object.entries(mayImport).map(([name, allowed]) => ({
  name: `layer-${name}`,
  comment: `packages/${name} may import ${allowed.join(', ') || 'no other package of ours'}`,
  severity: 'error',
  from: { path: `^packages/${name}/src/`, pathNot: TEST },
  to: { path: `^packages/(?!(${[name, ...allowed].join('|')})/)|^node_modules/@tidemark/(?!(${[name, ...allowed].join('|')})/)` },
}));

export default {
  forbidden: [
    ...layers,
    {
      name: 'layer-stacks',
      comment: `stacks may import ${STACKS_MAY_IMPORT.join(', ')} and no other package of ours`,
      severity: 'error',
      from: { path: '^stacks/' },
      to: { path: `^packages/(?!(${STACKS_MAY_IMPORT.join('|')})/)` },
    },
    {
      name: 'stacks-see-the-topology',
      comment: `of functions, stacks see ${TOPOLOGY.join(', ')}: what is deployed is a bundle, never an import`,
      severity: 'error',
      from: { path: '^stacks/' },
      to: { path: `^packages/functions/src/(?!(${TOPOLOGY.join('|')})[.]ts$)` },
    },
    {
      name: 'policies-stand-alone',
      comment: 'a policy is a pure function of the topology: no resource, no file, no process',
      severity: 'error',
      from: { path: '^stacks/policies/' },
      to: { path: '^stacks/(?!policies/)|^(node:)?(child_process|fs|fs/promises|http|https|net|os|process)$' },
    },
    {
      name: 'nothing-imports-the-stacks',
      comment: 'packages run without a deployment',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^stacks/|^sst[.]config[.]ts$' },
    },
    {
      name: 'package-in-the-table',
      comment: 'a new package gets its row in mayImport first',
      severity: 'error',
      from: { path: `^packages/(?!(${Object.keys(mayImport).join('|')})/)` },
      to: {},
    },
    {
      name: 'across-packages-by-name',
      comment: 'import another package by its name, through its exports',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/' },
      to: { path: '^packages/', pathNot: '^packages/$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'sdk-only-in-adapters',
      comment: `only ${KNOWS_THE_SDK.join(', ')} and tests may import the AWS SDK`,
      severity: 'error',
      from: { path: `^packages/(?!(${KNOWS_THE_SDK.join('|')})/)|^stacks/`, pathNot: TEST },
      to: { path: '(^|/)node_modules/@(aws-sdk|smithy)/|^@(aws-sdk|smithy)/' },
    },
    {
      name: 'pure-without-input-output',
      comment: 'definitions and planning read no file, network, process or timer: what they need is an argument',
      severity: 'error',
      from: { path: PURE, pathNot: TEST },
      to: {
        path: '^(node:)?(child_process|cluster|dgram|dns|fs|fs/promises|http|http2|https|net|os|process|timers|timers/promises|tls|worker_threads)$',
      },
    },
    {
      name: 'resolves',
      comment: 'an import that resolves to nothing',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'tests-stay-out',
      comment: 'what ships imports no test',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: TEST },
      to: { path: TEST },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'import', 'default', 'types'] },
  },
};
