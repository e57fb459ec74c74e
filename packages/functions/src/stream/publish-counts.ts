import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { type BatchEvidence, type Catalogue, METRIC_DIMENSION } from '@tidemark/pipeline';

/** The counts of a batch as metrics of its groups. */
export function publishCounts(metrics: Metrics, catalogue: Catalogue, { groups }: BatchEvidence): void {
  for (const [group, counts] of Object.entries(groups)) {
    metrics.addDimension(METRIC_DIMENSION, catalogue.groups[group]?.groupName ?? group);
    metrics.addMetric('EventsAccepted', MetricUnit.Count, counts.accepted);
    metrics.addMetric('EventsDuplicate', MetricUnit.Count, counts.duplicates);
    metrics.addMetric('EventsQuarantined', MetricUnit.Count, counts.quarantined);
    metrics.publishStoredMetrics();
  }
}
