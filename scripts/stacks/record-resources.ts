/** Puts Pulumi's mocks in place of its engine and keeps what is registered, in a form that a person can read. */
import { createdResource, lookUp } from './mocked-aws.ts';

export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  /** The SST component that declared it. */
  readonly component?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Only those that are set. */
  readonly options?: {
    readonly protect?: true;
    readonly retainOnDelete?: true;
    readonly ignoreChanges?: readonly string[];
    readonly dependsOn?: readonly string[];
  };
}

/** The part of a RegisterResourceRequest that is read. */
interface Registration {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getParent(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getIgnorechangesList(): string[];
  getDependenciesList(): string[];
}

/** Pulumi as it is in SST's platform folder, which has no types here. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Pulumi = any;

const QUIET_ROUNDS = 5;
const SECRET = '(secret)';
/** What every secret of the stage is while it is synthesised. */
export const SECRET_VALUE = 'a secret that stands for every secret of a synthesised stage';

export function recordResources(pulumi: Pulumi, mocks: Pulumi, { app, stage }: { app: string; stage: string }) {
  const recorded: RecordedResource[] = [];
  const inputsOf = new Map<string, Record<string, unknown>>();
  const original = mocks.MockMonitor.prototype.registerResource;
  mocks.MockMonitor.prototype.registerResource = async function (request: Registration, callback: unknown) {
    await original.call(this, request, callback);
    if (request.getCustom()) recorded.push(describe(request, inputsOf.get(keyOf(request.getType(), request.getName())) ?? {}));
  };
  pulumi.runtime.setMocks(
    {
      async newResource({ type, name, inputs }: { type: string; name: string; inputs: Record<string, unknown> }) {
        inputsOf.set(keyOf(type, name), (await settledValue(inputs)) as Record<string, unknown>);
        return createdResource(type, name, inputs);
      },
      call: ({ token, inputs }: { token: string; inputs: Record<string, unknown> }) => lookUp(token, inputs),
    },
    app,
    stage,
    false,
  );
  return {
    /** Resources are declared as promises settle: nothing more comes once some whole rounds have added nothing. */
    async settled() {
      for (let quiet = 0, count = -1; quiet < QUIET_ROUNDS; quiet = count === recorded.length ? quiet + 1 : 0) {
        count = recorded.length;
        await pulumi.runtime.waitForRPCs();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    resources: () => recorded.toSorted((a, b) => (keyOf(a.type, a.name) < keyOf(b.type, b.name) ? -1 : 1)),
  };
}

const keyOf = (type: string, name: string) => `${type} ${name}`;
/** `urn:pulumi:stage::app::parent$type::name` → type and name */
const shortUrn = (urn: string) => {
  const [, , types = '', name = ''] = urn.split('::');
  return keyOf(types.split('$').at(-1) ?? '', name);
};

function describe(request: Registration, inputs: Record<string, unknown>): RecordedResource {
  const component = shortUrn(request.getParent());
  const ignored = request.getIgnorechangesList();
  const dependencies = request.getDependenciesList().map(shortUrn).sort();
  const options = {
    ...(request.getProtect() ? { protect: true as const } : {}),
    ...(request.getRetainondelete() ? { retainOnDelete: true as const } : {}),
    ...(ignored.length === 0 ? {} : { ignoreChanges: [...new Set(ignored)].sort() }),
    ...(dependencies.length === 0 ? {} : { dependsOn: [...new Set(dependencies)] }),
  };
  return {
    type: request.getType(),
    name: request.getName(),
    ...(component.startsWith('sst:') ? { component } : {}),
    inputs: readable(inputs) as Record<string, unknown>,
    ...(Object.keys(options).length === 0 ? {} : { options }),
  };
}

/** Archives and assets arrive with promises inside. */
async function settledValue(value: unknown): Promise<unknown> {
  const settled = await value;
  if (Array.isArray(settled)) return Promise.all(settled.map(settledValue));
  if (settled === null || typeof settled !== 'object') return settled;
  const entries = Object.entries(settled).map(async ([key, each]) => [key, await settledValue(each)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** Sorted keys, no secrets, and texts that are JSON as what they say. */
function readable(value: unknown): unknown {
  if (typeof value === 'string') return readableText(value);
  if (Array.isArray(value)) return value.map(readable);
  if (value === null || typeof value !== 'object') return value;
  // Pulumi calls the whole value secret that holds one.
  if (SECRET_SIGNATURE in value) return readable((value as unknown as { value: unknown }).value);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, each]) => each !== undefined && !key.startsWith('__'))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, readable(each)]),
  );
}

function readableText(text: string): unknown {
  if (text === SECRET_VALUE) return SECRET;
  if (!/^[[{]/.test(text)) return text;
  try {
    return readable(JSON.parse(text));
  } catch {
    return text;
  }
}

/** How Pulumi marks what must not be shown. */
const SECRET_SIGNATURE = '4dabf18193072939515e22adb298388d';
