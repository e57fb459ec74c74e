/** CloudWatch's embedded metric format: a line in a function's log that becomes metrics, without a call. */
import { METRIC_DIMENSION, METRIC_NAMESPACE, type MetricName, metrics } from './metrics.ts';

/** One line for one group; undefined values are left out, and nothing at all gives no line. */
export function printMetrics(
  timestampMs: number,
  groupName: string,
  values: Readonly<Partial<Record<MetricName, number | undefined>>>,
): string | undefined {
  const present = Object.entries(values).filter(([, value]) => value !== undefined);
  if (present.length === 0) return undefined;
  return JSON.stringify({
    _aws: {
      Timestamp: timestampMs,
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [[METRIC_DIMENSION]],
          Metrics: present.map(([name]) => ({ Name: name, Unit: metrics[name as MetricName] })),
        },
      ],
    },
    [METRIC_DIMENSION]: groupName,
    ...Object.fromEntries(present),
  });
}
