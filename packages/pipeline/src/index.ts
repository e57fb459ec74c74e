export { type ApplyDependencies, applyDefinitions, assertApplicable, awaitGroup, planApply } from './apply/apply-definitions.ts';
export { type Change, planGroup, recordFeatures, storesOf } from './apply/plan-apply.ts';
export { ttlDuration, ttlMsOf } from './apply/ttl-duration.ts';
export type {
  BackfillDependencies,
  BackfillWriteDependencies,
  ComparisonDependencies,
} from './backfill/backfill-dependencies.ts';
export type { BackfillReceipt, BackfillRequest, GroupBackfill, GroupFailure } from './backfill/backfill-plan.ts';
export { findBackfilled, parseBackfillRequest } from './backfill/backfill-request.ts';
export { beginBackfill, type StartedBackfill } from './backfill/begin-backfill.ts';
export { type CompareRequest, compareBackfill } from './backfill/compare-backfill.ts';
export { type CutRequest, cutBackfillFile } from './backfill/cut-backfill-file.ts';
export { type EndedBackfill, type EndRequest, endBackfill } from './backfill/end-backfill.ts';
export { type BackfillEstimate, estimateBackfill, scanCost, writeCost } from './backfill/estimate-backfill.ts';
export { type ChunkRequest, readBackfillChunk } from './backfill/read-backfill-chunk.ts';
export { rebuildBackfillWindows, type WindowDependencies } from './backfill/rebuild-backfill-windows.ts';
export { type SealRequest, sealBackfill } from './backfill/seal-backfill.ts';
export { type BucketRequest, writeBackfillBucket } from './backfill/write-backfill-bucket.ts';
export { type Catalogue, type CatalogueEntry, type OfflineTable, resolveGroup } from './catalogue/catalogue.ts';
export { createCatalogueReader } from './catalogue/load-catalogue.ts';
export { type DataClass, type DataPlace, dataMap, findPlace } from './data-map.ts';
export { cleanDataset } from './dataset/clean-dataset.ts';
export { contentHashOf, hashBlocks } from './dataset/content-hash.ts';
export type { DatasetDependencies } from './dataset/dataset-dependencies.ts';
export type { DatasetRange, DatasetState, PreparedDataset, VerifiedDataset } from './dataset/dataset-plan.ts';
export type { DatasetRequest } from './dataset/dataset-request.ts';
export { finishRange } from './dataset/finish-range.ts';
export { prepareDataset } from './dataset/prepare-dataset.ts';
export { type DatasetManifest, publishDataset } from './dataset/publish-dataset.ts';
export { verifyDataset } from './dataset/verify-dataset.ts';
export { ingestChunk } from './ingest/ingest-chunk.ts';
export type { ChunkDependencies, IngestDependencies } from './ingest/ingest-dependencies.ts';
export type { IngestPlan, IngestRequest, PlannedIngest, QuarantineLine, Receipt } from './ingest/ingest-plan.ts';
export { planIngest } from './ingest/plan-ingest.ts';
export { type Reconciliation, reconcile } from './ingest/reconcile.ts';
export { routeObject } from './ingest/route-object.ts';
export { requireReceipt, sealIngest } from './ingest/seal-ingest.ts';
export { dateOf, datesBetween, ingestIdOf, ledgerKeys } from './ledger/ledger-keys.ts';
export { type CompareDependencies, type ComparedGroup, compareGroup } from './monitor/compare-group.ts';
export { INCONSISTENCY_KINDS, type Inconsistency, type InconsistencyKind } from './monitor/finding.ts';
export { loadInconsistencies, loadReports } from './monitor/load-reports.ts';
export { ingestMetrics, type MeasuredGroup, measureIngest, printIngestMetrics } from './monitor/measure-ingest.ts';
export { METRIC_DIMENSION, METRIC_NAMESPACE, type MetricName, type MetricUnit, metrics } from './monitor/metrics.ts';
export type {
  GroupState,
  MonitorDependencies,
  MonitorRequest,
  ReadGroupState,
} from './monitor/monitor-request.ts';
export { type ObserveDependencies, type ObservedGroup, observeGroup } from './monitor/observe-group.ts';
export { planMonitor } from './monitor/plan-monitor.ts';
export { type FailedGroup, type MonitorReport, type MonitorRun, metricsOf, publishMonitor } from './monitor/publish-monitor.ts';
export type { EventSourceMapping, EventSourceMappings, MappingState } from './ports/event-source-mappings.ts';
export type { ExecutionStatus, Executions } from './ports/executions.ts';
export type { DescribedFeature, DescribedGroup, FeatureGroups } from './ports/feature-groups.ts';
export type {
  FeatureReader,
  FeatureWriter,
  OnlineEraser,
  OnlineRecord,
  ReadOutcome,
  ReadRequest,
  RecordLister,
  RecordRemover,
  WriteEntry,
  WriteOutcome,
} from './ports/feature-store.ts';
export type { LogLine, LogWriter } from './ports/log-writer.ts';
export type { ListedObject, ObjectHead, ObjectRef, ObjectStore } from './ports/object-store.ts';
export type { StreamShard, StreamTips } from './ports/stream-tips.ts';
export type { ExternalTable, TableColumn, Tables } from './ports/tables.ts';
export type { Waiting } from './ports/waiting.ts';
export { listFailures } from './rebuild/failure-objects.ts';
export {
  loadPause,
  type PauseDependencies,
  type PauseOwner,
  pauseStream,
  resumeStream,
  type StreamPause,
} from './rebuild/pause-stream.ts';
export { planRebuild, requireStream } from './rebuild/plan-rebuild.ts';
export { rebuildBucket } from './rebuild/rebuild-bucket.ts';
export type { RebuildBucketDependencies, RebuildDependencies } from './rebuild/rebuild-dependencies.ts';
export {
  ownerOf,
  REBUILD_MACHINE,
  type RebuildBucket,
  type RebuildPlan,
  type RebuildReceipt,
  type RebuildRequest,
  type RebuildState,
  rebuildKeys,
} from './rebuild/rebuild-plan.ts';
export { sealRebuild } from './rebuild/seal-rebuild.ts';
export { planRestore, targetOf } from './restore/plan-restore.ts';
export type { RestoreDependencies, RestorePartDependencies } from './restore/restore-dependencies.ts';
export { type PartToRestore, restorePart } from './restore/restore-part.ts';
export type { PlannedRestore, RestoreCounts, RestoreReceipt, RestoreRequest, RestoreState } from './restore/restore-plan.ts';
export { restoreWindows } from './restore/restore-windows.ts';
export { sealRestore } from './restore/seal-restore.ts';
export type { AuditKey, AuditLine } from './serve/audit-line.ts';
export type { FeatureAnswer, FeatureStatus } from './serve/feature-answer.ts';
export { createFeatureServer, type FeatureServer, type ServedAnswer } from './serve/serve-features.ts';
export { parseGetRequest, parsePostRequest, type ServeRequest } from './serve/serve-request.ts';
export { cleanSnapshot } from './snapshot/clean-snapshot.ts';
export { listSnapshots, requireSnapshot } from './snapshot/load-snapshot.ts';
export { planSnapshot } from './snapshot/plan-snapshot.ts';
export { prepareSnapshotQuery } from './snapshot/prepare-snapshot-query.ts';
export { publishSnapshot, type SnapshotGroup, type SnapshotManifest } from './snapshot/publish-snapshot.ts';
export { type PartToSeal, sealSnapshotPart } from './snapshot/seal-snapshot-part.ts';
export type { SnapshotDependencies } from './snapshot/snapshot-dependencies.ts';
export type { SnapshotRequest, SnapshotState } from './snapshot/snapshot-plan.ts';
export type { WritePace } from './store/send-entries.ts';
export { type BatchEvidence, type GroupCounts, withoutRedelivered } from './stream/batch-evidence.ts';
export { createBatchReceiver, type ReceiveBatch, type ReceivedBatch } from './stream/receive-batch.ts';
export type { StreamBatch, StreamDependencies, StreamRecord } from './stream/stream-batch.ts';
export type { StreamQuarantineLine } from './stream/stream-quarantine.ts';
export { type ShardStatus, type StatusDependencies, type StreamStatus, streamStatus } from './stream/stream-status.ts';
