import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { type PlannedIngest, sealIngest } from '@tidemark/pipeline';
import { metrics, task } from '../runtime/task.ts';
import { ingestDependencies } from './dependencies.ts';

export const handler = task(async (planned: PlannedIngest) => {
  const receipt = await sealIngest(ingestDependencies, planned);
  metrics.addDimension('Group', receipt.group);
  metrics.addMetric('RowsAccepted', MetricUnit.Count, receipt.rows.accepted);
  metrics.addMetric('RowsQuarantined', MetricUnit.Count, receipt.rows.quarantined);
  return receipt;
});
