interface Place {
  readonly account: string;
  readonly region: string;
}

export interface GlueName {
  readonly database?: string | undefined;
  readonly table?: string | undefined;
}

/** A table is asked together with its database and the catalogue: all three must be granted. */
export function glueResource({ account, region }: Place, { database, table }: GlueName): string[] {
  const arn = (what: string) => `arn:aws:glue:${region}:${account}:${what}`;
  return [
    arn('catalog'),
    ...(database === undefined ? [] : [arn(`database/${database}`)]),
    ...(database === undefined || table === undefined ? [] : [arn(`table/${database}/${table}`)]),
  ];
}

type Input = Readonly<Record<string, unknown>>;

/** Source: AWS Glue Developer Guide, "Specifying AWS Glue resource ARNs". */
export function glueArns(operation: string, input: Input, place: Place): string[] {
  const named = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const nested = (member: string) => named(((input[member] ?? {}) as Input).Name);
  const isOfDatabase = operation.endsWith('Database') || operation.endsWith('Databases');
  const database = isOfDatabase ? (named(input.Name) ?? nested('DatabaseInput')) : named(input.DatabaseName);
  const table = isOfDatabase ? undefined : (named(input.TableName) ?? nested('TableInput') ?? named(input.Name));
  return glueResource(place, { database, table });
}
