export { clientSettings } from './client-settings.ts';
export { withConstantUserAgent } from './constant-user-agent.ts';
export { createBatchReader } from './feature-store-reader.ts';
export { createBatchWriter, createSingleWriter } from './feature-store-writer.ts';
export { createGlueTables } from './glue-tables.ts';
export { createEventSourceMappings } from './lambda-event-source-mappings.ts';
export { createS3ObjectStore } from './s3-object-store.ts';
export { createFeatureGroups, type FeatureGroupPlacement } from './sagemaker-feature-groups.ts';
export { createExecutions } from './step-functions-executions.ts';
