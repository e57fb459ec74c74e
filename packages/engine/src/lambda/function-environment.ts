import { join } from 'node:path';
import type { EngineContext } from '../engine-context.ts';
import { engineCredentials } from '../engine-credentials.ts';
import type { SessionCredentials } from '../iam/principal.ts';
import type { FunctionSpec } from './function-spec.ts';

/**
 * Everything that a function finds in `process.env`: its own variables and those that Lambda sets. Nothing of the
 * host's, so that a bundle cannot come to depend on the machine. The two file names keep the SDK from reading the
 * host's `~/.aws`, which does not exist on Lambda either.
 */
export function functionEnvironment(
  context: EngineContext,
  spec: FunctionSpec,
  endpoints: Readonly<Record<string, string>>,
  logs: { group: string; stream: string },
  /** Of the function's role; without one the engine's own. */
  session?: SessionCredentials,
): Record<string, string> {
  const { accessKeyId, secretAccessKey } = session ?? engineCredentials;
  return {
    ...spec.environment,
    ...endpoints,
    AWS_REGION: context.region,
    AWS_DEFAULT_REGION: context.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(session === undefined ? {} : { AWS_SESSION_TOKEN: session.sessionToken }),
    AWS_CONFIG_FILE: join(context.dataDir, 'no-aws-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(context.dataDir, 'no-aws-credentials'),
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logs.group,
    AWS_LAMBDA_LOG_STREAM_NAME: logs.stream,
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:2000',
    _HANDLER: spec.handler,
    LAMBDA_TASK_ROOT: spec.bundleDir,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
  };
}
