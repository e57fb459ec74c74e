/** The embedded metric format: a JSON line whose `_aws` key says which of its other keys are metrics and dimensions. */

export interface MetricValue {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly timestampMs: number;
  readonly values: readonly number[];
}

const MOST_DIMENSIONS = 30;
const MOST_METRICS = 100;

interface Directive {
  readonly Namespace?: unknown;
  readonly Dimensions?: unknown;
  readonly Metrics?: unknown;
}

/** The metrics of a line, one per dimension set; none when the line is something else. As in CloudWatch, a malformed part is left out and reported. */
export function parseEmbeddedMetrics(line: string, onMalformed: (why: string) => void): MetricValue[] {
  if (!line.startsWith('{') || !line.includes('"_aws"')) return [];
  const record = parseRecord(line);
  const header = record?._aws as { Timestamp?: unknown; CloudWatchMetrics?: unknown } | undefined;
  if (!record || typeof header !== 'object' || header === null || !Array.isArray(header.CloudWatchMetrics)) return [];
  const timestampMs = header.Timestamp;
  if (typeof timestampMs !== 'number') {
    onMalformed('_aws.Timestamp is not a number');
    return [];
  }
  return header.CloudWatchMetrics.flatMap((directive: Directive) => metricsOf(directive, record, timestampMs, onMalformed));
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function metricsOf(
  directive: Directive,
  record: Record<string, unknown>,
  timestampMs: number,
  onMalformed: (why: string) => void,
): MetricValue[] {
  const { Namespace: namespace, Metrics: metrics } = directive;
  if (typeof namespace !== 'string' || namespace === '' || !Array.isArray(metrics) || metrics.length > MOST_METRICS) {
    onMalformed(`a metric directive needs a Namespace and at most ${MOST_METRICS} Metrics`);
    return [];
  }
  const sets = dimensionSets(directive.Dimensions, record);
  if (!sets) {
    onMalformed(`${namespace}: a dimension set names a key that is absent or no text, or more than ${MOST_DIMENSIONS} keys`);
    return [];
  }
  return (metrics as { Name?: unknown; Unit?: unknown }[]).flatMap(({ Name: name, Unit: unit }) => {
    const values = typeof name === 'string' ? numbers(record[name]) : undefined;
    if (typeof name !== 'string' || !values) {
      onMalformed(`${namespace}: the metric ${String(name)} has no number`);
      return [];
    }
    return sets.map((dimensions) => ({
      namespace,
      name,
      unit: typeof unit === 'string' ? unit : 'None',
      dimensions,
      timestampMs,
      values,
    }));
  });
}

function dimensionSets(declared: unknown, record: Record<string, unknown>): Record<string, string>[] | undefined {
  if (declared === undefined) return [{}];
  if (!Array.isArray(declared)) return undefined;
  const sets: Record<string, string>[] = [];
  for (const keys of declared) {
    if (!Array.isArray(keys) || keys.length > MOST_DIMENSIONS) return undefined;
    const dimensions: Record<string, string> = {};
    for (const key of keys as string[]) {
      const value = record[key];
      if (typeof value !== 'string') return undefined;
      dimensions[key] = value;
    }
    sets.push(dimensions);
  }
  return sets.length === 0 ? [{}] : sets;
}

function numbers(value: unknown): number[] | undefined {
  const list = Array.isArray(value) ? value : [value];
  return list.length > 0 && list.every((item) => Number.isFinite(item)) ? (list as number[]) : undefined;
}
