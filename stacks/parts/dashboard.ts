/** The watch as one screen: a graph for each metric that has an alarm, a line for each thing that it watches, and the limit. */
import type { Alarm } from '@tidemark/functions/alarms';

const COLUMNS = 3;
const WIDTH = 8;
const HEIGHT = 6;

/** Body of a CloudWatch dashboard. `apiId` stands where an alarm means the stage's API. */
export function dashboardBody(alarms: readonly Alarm[], region: string, apiId: string) {
  const graphs = Map.groupBy(alarms, ({ namespace, metric, statistic }) => `${namespace} ${metric} ${statistic}`);
  return {
    widgets: [...graphs.values()].map((watched, at) => ({
      type: 'metric',
      x: (at % COLUMNS) * WIDTH,
      y: Math.floor(at / COLUMNS) * HEIGHT,
      width: WIDTH,
      height: HEIGHT,
      properties: graph(watched as [Alarm, ...Alarm[]], region, apiId),
    })),
  };
}

function graph(watched: readonly [Alarm, ...Alarm[]], region: string, apiId: string) {
  const [{ namespace, metric, statistic, periodSeconds }] = watched;
  const limits = [...new Set(watched.map(({ threshold }) => threshold))];
  return {
    title: `${namespace.replace('AWS/', '')}: ${metric}`,
    region,
    stat: statistic,
    period: periodSeconds,
    metrics: watched.map(({ dimensions }) => [
      namespace,
      metric,
      ...Object.entries(dimensions).flatMap(([name, value]) => [name, typeof value === 'string' ? value : apiId]),
    ]),
    annotations: { horizontal: limits.map((value) => ({ label: 'alarm', value })) },
  };
}
