/** Every service of the engine, put together: who is handed what, and what is stopped before what. */
import type { HttpApi } from './apigateway/http-api.ts';
import { createHttpApi } from './apigateway/http-api.ts';
import { createAthena } from './athena/create-athena.ts';
import type { WorkGroups } from './athena/work-groups.ts';
import { createMetrics, type Metrics } from './cloudwatch/metrics.ts';
import { stateMachineArn } from './deployment/deploy-machines.ts';
import type { EngineContext } from './engine-context.ts';
import { createFeatureStore, type FeatureStore } from './featurestore/create-feature-store.ts';
import { createGlue } from './glue/create-glue.ts';
import { type Access, createAccess, type OnAccess } from './iam/access.ts';
import { serviceRequests } from './iam/requests/service-requests.ts';
import { createKinesis, type Kinesis } from './kinesis/kinesis.ts';
import { createEventSourceMappings, type EventSourceMappings } from './lambda/event-source-mapping/event-source-mappings.ts';
import { iteratorAgeMetric } from './lambda/event-source-mapping/iterator-age.ts';
import { mappingOperations } from './lambda/event-source-mapping/mapping-operations.ts';
import { createLambda, type Lambda } from './lambda/lambda.ts';
import { createLogs, type Logs } from './logs/logs.ts';
import { createS3, type S3 } from './s3/s3.ts';
import { createScheduler, type Scheduler } from './scheduler/scheduler.ts';
import { createStates, type States } from './states/states.ts';
import { createIamService, createStsService } from './sts/sts-service.ts';
import { createWireServer, type WireServer } from './wire/wire-server.ts';

export interface EngineParts {
  readonly access: Access;
  readonly s3: S3;
  readonly lambda: Lambda;
  readonly kinesis: Kinesis;
  readonly mappings: EventSourceMappings;
  readonly states: States;
  readonly featureStore: FeatureStore;
  readonly metrics: Metrics;
  readonly logs: Logs;
  readonly api: HttpApi;
  readonly scheduler: Scheduler;
  readonly workGroups: WorkGroups;
  readonly wire: WireServer;
  /** Leaves everything that runs to be taken up by the next start. */
  stop(): Promise<void>;
}

export interface PartsOptions {
  /** Known once the engine listens, which is before any function runs. */
  readonly endpoint: () => string;
  readonly onFunctionLog: (functionName: string, requestId: string | undefined, line: string) => void;
  readonly onAccess?: OnAccess;
  readonly compileCacheDir?: string;
}

export async function createEngineParts(context: EngineContext, options: PartsOptions): Promise<EngineParts> {
  const access = createAccess(context, options.onAccess);
  const metrics = createMetrics(context);
  // S3 notifies functions, and functions' failure destinations are in S3: each is made with the other's name only.
  const s3: S3 = createS3(context, { deliver: (functionArn, event) => lambda.deliver(functionArn, event), access });
  const { buckets } = s3;
  const logs = createLogs(context, { deliver: (functionArn, event) => lambda.deliver(functionArn, event) });
  const lambda: Lambda = createLambda(context, {
    environment: () => ({ AWS_ENDPOINT_URL: options.endpoint() }),
    buckets,
    access,
    ...(options.compileCacheDir === undefined ? {} : { compileCacheDir: options.compileCacheDir }),
    onLog(functionName, requestId, line, place) {
      metrics.capture(functionName, line);
      logs.capture(place.group, place.stream, line);
      options.onFunctionLog(functionName, requestId, line);
    },
  });
  const { functions } = lambda;
  const kinesis = createKinesis(context);
  const { streams } = kinesis;
  const mappings = createEventSourceMappings(context, {
    streams,
    functions,
    buckets,
    access,
    roleOf: lambda.roleOf,
    onIteratorAge: (...age) => metrics.capture('event-source-mapping', iteratorAgeMetric(context, ...age)),
  });
  const glue = createGlue(context, { buckets });
  const athena = createAthena(context, { buckets, glue, access });
  const featureStore = createFeatureStore(context, { buckets, catalogue: glue.catalogue, access });
  const states = createStates(context, { functions, queries: athena.queries, buckets, access });
  const api = await createHttpApi(context, { functions });
  const scheduler = createScheduler(context, {
    functions,
    access,
    startExecution: (name, input) =>
      states.startExecution({ stateMachineArn: stateMachineArn(context, name), input: JSON.stringify(input) }),
  });
  const lookup = {
    account: context.account,
    region: context.region,
    keyOfStream: access.keyOfStream,
    keyOfGroup: featureStore.keyOfGroup,
    workGroupOf: athena.workGroupOf,
    functionOfMapping: (uuid: string) => mappings.find(uuid)?.row().spec.functionName,
  };
  const wire = createWireServer({
    context,
    access,
    requestsOf: (service, operation, input) => serviceRequests(service, operation, input, lookup),
    services: [
      ...featureStore.services,
      glue.service,
      athena.service,
      states.service,
      {
        ...lambda.service,
        operations: { ...lambda.service.operations, ...mappingOperations(context, mappings, streams) },
      },
      kinesis.service,
      logs.service,
      createStsService(context, access),
      createIamService(context),
    ],
    fallback: s3.handle,
  });

  return {
    access,
    s3,
    lambda,
    kinesis,
    mappings,
    states,
    featureStore,
    metrics,
    logs,
    api,
    scheduler,
    workGroups: athena.workGroups,
    wire,
    async stop() {
      // Those who judge outcomes go first: a function that is killed by the stop must not count as failed.
      scheduler.stop();
      mappings.stop();
      await states.stop();
      logs.flush();
      await lambda.stop();
      await api.close();
      await wire.close();
      await athena.stop();
      await featureStore.stop();
      await kinesis.stop();
      await s3.stop();
      glue.stop();
      metrics.stop();
      logs.stop();
    },
  };
}
