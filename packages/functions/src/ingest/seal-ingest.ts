import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { type PlannedIngest, sealIngest } from '@tidemark/pipeline';
import { task } from '../runtime/task.ts';
import { ingestDependencies } from './dependencies.ts';

const metrics = new Metrics({ namespace: 'FeatureStore' });

export const handler = task(async (planned: PlannedIngest) => {
  const receipt = await sealIngest(ingestDependencies, planned);
  metrics.addDimension('FeatureGroup', receipt.group);
  metrics.addMetric('RowsAccepted', MetricUnit.Count, receipt.rows.accepted);
  metrics.addMetric('RowsQuarantined', MetricUnit.Count, receipt.rows.quarantined);
  return receipt;
}).use(logMetrics(metrics));
