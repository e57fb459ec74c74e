/**
 * The thread in which one instance of a function lives: it imports the bundle once and then handles one invocation at a
 * time, as the Node.js 24 runtime of Lambda does.
 *
 * stdout and stderr are replaced before the bundle is imported. A worker's own streams reach the parent later than its
 * messages (seen: 253 of 300 results overtook their log line); messages on one port keep their order.
 *
 * JavaScript, as what it imports: Node would strip types from it in every thread anew, which takes longer than the rest of
 * a thread's start.
 *
 * @import { InstanceData, InstanceMessage, InvokeMessage } from './instance-protocol.ts'
 */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { captureOutput } from './captured-output.mjs';
import { describeError, initErrorType } from './describe-error.mjs';

/** @typedef {(event: unknown, context: unknown) => unknown} Handler */

/** @type {InstanceData} */
const data = workerData;
const port = /** @type {NonNullable<typeof parentPort>} */ (parentPort);
const tell = (/** @type {InstanceMessage} */ message) => port.postMessage(message);

/** @type {string | undefined} */
let requestId;
const output = captureOutput((text) => tell({ type: 'log', requestId, text }));

/** @param {object} payload */
function crash(payload) {
  output.flush();
  tell({ type: 'crashed', payload: JSON.stringify(payload) });
  process.exit(1);
}
process.on('uncaughtException', (error) => crash(describeError(error)));
process.on('unhandledRejection', (reason) => {
  const described = describeError(reason);
  crash({
    errorType: 'Runtime.UnhandledPromiseRejection',
    errorMessage: reason instanceof Error ? String(reason) : described.errorMessage,
    reason: described,
    promise: {},
    trace: described.trace,
  });
});

/** @returns {Promise<Handler>} */
async function loadHandler() {
  enableCompileCache(data.compileCacheDir);
  /** @type {Record<string, unknown>} */
  const bundle = await import(pathToFileURL(data.entry).href);
  const handler = bundle[data.exportName];
  if (typeof handler !== 'function') {
    throw namedError('Runtime.HandlerNotFound', `${data.moduleName}.${data.exportName} is undefined or not exported`);
  }
  if (handler.length >= 3) {
    throw namedError(
      'Runtime.CallbackHandlerDeprecated',
      'Lambda does not support callback-based function handlers with Node.js 24 and later: make the handler async',
    );
  }
  return /** @type {Handler} */ (handler);
}

/**
 * @param {string} name
 * @param {string} message
 */
function namedError(name, message) {
  const error = new Error(message);
  error.name = name;
  return error;
}

/**
 * @param {string} id
 * @param {number} deadlineMs
 */
function lambdaContext(id, deadlineMs) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: data.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: data.functionArn,
    memoryLimitInMB: String(data.memoryMb),
    awsRequestId: id,
    logGroupName: data.logGroupName,
    logStreamName: data.logStreamName,
    identity: undefined,
    clientContext: undefined,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

/** @param {unknown} result */
function serialize(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch {
    throw new Error('Unable to stringify response body');
  }
}

/**
 * @param {Handler} handler
 * @param {InvokeMessage} message
 * @returns {Promise<InstanceMessage>}
 */
async function handle(handler, message) {
  const nowMs = Date.now();
  const hex = message.requestId.replaceAll('-', '');
  process.env._X_AMZN_TRACE_ID = `Root=1-${Math.floor(nowMs / 1000).toString(16)}-${hex.slice(0, 24)};Parent=${hex.slice(0, 16)};Sampled=0`;
  try {
    const result = await handler(JSON.parse(message.payload), lambdaContext(message.requestId, nowMs + data.timeoutMs));
    return { type: 'result', payload: serialize(result) };
  } catch (error) {
    return { type: 'failed', payload: JSON.stringify(describeError(error)) };
  }
}

let keptCompiled = false;
try {
  const handler = await loadHandler();
  port.on('message', async (/** @type {InvokeMessage} */ message) => {
    requestId = message.requestId;
    const answer = await handle(handler, message);
    output.flush();
    tell(answer);
    if (!keptCompiled) {
      // By now all that an invocation runs is compiled: the next thread need not do it again.
      keptCompiled = true;
      flushCompileCache();
    }
  });
  output.flush();
  tell({ type: 'ready' });
} catch (error) {
  output.flush();
  const described = describeError(error);
  tell({ type: 'init-failed', payload: JSON.stringify({ ...described, errorType: initErrorType(error, data.entry) }) });
  process.exit(1);
}
