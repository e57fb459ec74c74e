/**
 * A function of the topology, deployed as the bundle that `npm run bundle` made and the engine ran: the archive holds that one
 * file and the object's name its SHA-256. `sst.aws.Function` would add a file and a key of its own.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveEnvironment } from '@tidemark/functions/resolve-topology';
import { type FunctionName, topology } from '@tidemark/functions/topology';
import type { Foundation } from '../foundation.ts';
import { ASYNC_RETRIES, functionPolicy, isInvokedAsynchronously } from '../policies/function-policy.ts';
import { pascal } from '../policies/statement.ts';
import { trust } from '../policies/trust.ts';
import { tags } from './context.ts';
import { createLogGroup } from './log-group.ts';
import { createRole } from './role.ts';

interface Manifest {
  readonly runtime: 'nodejs24.x';
  readonly functions: Readonly<Record<string, { readonly file: string; readonly handler: string; readonly sha256: string }>>;
}

const BUNDLES = 'dist/functions';

/** @throws Error where the bundle is not there */
export function createFunction(foundation: Foundation, name: FunctionName) {
  const { context, keys, storage, network } = foundation;
  const { memoryMb, timeoutMs, reservedConcurrency } = topology.functions[name];
  const logical = pascal(name);
  const { role, attached } = createRole(context, logical, {
    logical: name,
    trust: trust.lambda(),
    keys,
    policy: (place) => functionPolicy(place, name, { inNetwork: network !== undefined }),
  });
  const log = createLogGroup(context, keys, logical, { kind: 'functions', of: name });
  const { runtime, bundle } = bundleOf(name);
  const code = new aws.s3.BucketObjectv2(`${logical}Code`, {
    bucket: storage.artefacts.name,
    key: `functions/${name}/${bundle.sha256}.zip`,
    source: new $util.asset.AssetArchive({
      'index.mjs': new $util.asset.FileAsset(join($cli.paths.root, BUNDLES, bundle.file)),
    }),
  });
  const created = new aws.lambda.Function(
    logical,
    {
      name: context.names.functionName(name),
      description: `tidemark ${topology.functions[name].entry}`,
      role: role.arn,
      runtime,
      architectures: ['arm64'],
      handler: bundle.handler,
      s3Bucket: code.bucket,
      s3Key: code.key,
      memorySize: memoryMb,
      timeout: Math.ceil(timeoutMs / 1000),
      ...(reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: reservedConcurrency }),
      environment: { variables: variablesOf(foundation, name) },
      kmsKeyArn: keys.data.arn,
      loggingConfig: { logFormat: 'JSON', logGroup: log.name },
      ...(network === undefined
        ? {}
        : { vpcConfig: { subnetIds: network.subnetIds, securityGroupIds: [network.securityGroupId] } }),
      tags: tags(context, { function: name, bundle: bundle.sha256 }),
    },
    { dependsOn: [attached] },
  );
  if (isInvokedAsynchronously(name)) {
    new aws.lambda.FunctionEventInvokeConfig(`${logical}Failures`, {
      functionName: created.name,
      maximumRetryAttempts: ASYNC_RETRIES,
      destinationConfig: { onFailure: { destination: storage.buckets.ledger.arn } },
    });
  }
  return created;
}

/** Each secret is a secret of its own, so that a preview shows the others. */
function variablesOf({ context, secrets }: Foundation, name: FunctionName): Record<string, $util.Input<string>> {
  const variables = resolveEnvironment(context.names, { 'audit-key': SECRET }, name);
  return Object.fromEntries(
    Object.entries(variables).map(([key, value]) => [
      key,
      value === SECRET ? secrets.apply((values) => values['audit-key']) : value,
    ]),
  );
}

const SECRET = '(audit-key)';

function bundleOf(name: FunctionName) {
  const path = join($cli.paths.root, BUNDLES, 'manifest.json');
  const { runtime, functions } = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  const bundle = functions[name];
  if (bundle === undefined) throw new Error(`${path} has no bundle of ${name}: run npm run bundle`);
  return { runtime, bundle };
}
