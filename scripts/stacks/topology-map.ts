/** The topology as two tables of links: what leads to which function, and what leads to, and is touched by, each function. */
import { machinesOf, stageNames } from '@tidemark/functions/resolve-topology';
import { type FunctionName, type MachineName, type Permission, topology } from '@tidemark/functions/topology';

interface Trigger {
  readonly kind: string;
  readonly name: string;
  readonly functions: readonly FunctionName[];
  /** File that says what it does, where there is one of its own. */
  readonly file?: string;
}

const anyStage = stageNames({ stage: 'any', account: '000000000000', region: 'us-east-1' });

/** Functions that a machine calls, in the order of its definition. */
function calledBy(machine: MachineName): FunctionName[] {
  const text = JSON.stringify(machinesOf(anyStage)[machine]);
  return [...new Set([...text.matchAll(/:function:any-([a-z-]+)/g)].map((match) => match[1] as FunctionName))];
}

const machineFile = (name: string) => `../packages/machines/src/${name}.ts`;

function triggers(): Trigger[] {
  const { routes, buckets, schedules, streams, machines, logSubscriptions } = topology;
  const machineNames = Object.keys(machines) as MachineName[];
  return [
    ...routes.map(({ method, path, function: name }) => ({ kind: 'route', name: `${method} ${path}`, functions: [name] })),
    ...Object.entries(buckets)
      .filter(([, { notifies }]) => notifies.length > 0)
      .map(([name, { notifies }]) => ({ kind: 'bucket', name, functions: notifies })),
    { kind: 'stream', name: 'every stream of the definitions', functions: [streams.received.function] },
    ...logSubscriptions.map(({ of, pattern, function: name }) => ({
      kind: 'log',
      name: `${of} ${pattern}`,
      functions: [name],
    })),
    ...schedules.map(({ name, expression, target }) => ({
      kind: 'schedule',
      name: `${name}, ${expression}`,
      functions: 'function' in target ? [target.function] : calledBy(target.machine),
    })),
    ...machineNames.map((name) => ({ kind: 'machine', name, functions: calledBy(name), file: machineFile(name) })),
  ];
}

const functionLink = (name: FunctionName) => `[${name}](../packages/functions/src/${topology.functions[name].entry})`;
const triggerName = ({ kind, name, file }: Trigger) =>
  file === undefined ? `${kind} \`${name}\`` : `${kind} [${name}](${file})`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function touched(permissions: readonly Permission[]): string {
  const places = permissions.map(({ actions, on }) => {
    const verbs = actions.map((action) => action.split(':')[1]).join(', ');
    if ('bucket' in on) return `\`${on.bucket}/${on.keys ?? ''}\` (${verbs})`;
    if ('machine' in on) return `machine ${on.machine} (${verbs})`;
    if ('featureGroups' in on) return `feature groups (${verbs})`;
    if ('tables' in on) return `${on.tables} tables (${verbs})`;
    if ('streams' in on) return `streams (${verbs})`;
    if ('logGroup' in on) return `log ${on.logGroup} (${verbs})`;
    return `mappings (${verbs})`;
  });
  return places.join('; ');
}

const bucketUsers = (bucket: string, acts: RegExp): string =>
  (Object.keys(topology.functions) as FunctionName[])
    .filter((name) =>
      topology.functions[name].permissions.some(
        ({ actions, on }: Permission) => 'bucket' in on && on.bucket === bucket && actions.some((action) => acts.test(action)),
      ),
    )
    .map(functionLink)
    .join(', ');

/** Text of docs/map.md. */
export function topologyMap(): string {
  const all = triggers();
  const names = Object.keys(topology.functions) as FunctionName[];
  return `# Map

From what happens to the function that answers, and back. Made from the topology by \`node scripts/bootstrap.mjs
scripts/print-map.ts > docs/map.md\`; on AWS the same ties are tags (\`tidemark:function\`, \`tidemark:bucket\`, \`tidemark:machine\`,
\`tidemark:group\`, \`tidemark:stream\`) and descriptions of the resources.

## What leads to a function

${table(
  ['What', 'Functions'],
  all.map((trigger) => [triggerName(trigger), trigger.functions.map(functionLink).join(', ')]),
)}

## Buckets

What each prefix holds and how long: [data-map.ts](../packages/pipeline/src/data-map.ts).

${table(
  ['Bucket', 'Read by', 'Written by'],
  Object.keys(topology.buckets).map((name) => [
    `\`${name}\``,
    bucketUsers(name, /^s3:Get/),
    bucketUsers(name, /^s3:(Put|Delete)/),
  ]),
)}

## Functions

${table(
  ['Function', 'Called by', 'May touch'],
  names.map((name) => [
    functionLink(name),
    all
      .filter(({ functions }) => functions.includes(name))
      .map(triggerName)
      .join(', '),
    touched(topology.functions[name].permissions),
  ]),
)}
`;
}
