/** A Task: its events, its timeout, and the call of what does the work. */
import type { TaskState } from '../asl/definition.ts';
import { printPayload } from '../asl/payload-limit.ts';
import { StatesError } from '../asl/states-error.ts';
import { findIntegration, type IntegrationName } from '../tasks/integration-names.ts';
import { callIntegration } from '../tasks/integrations.ts';
import { type Outcome, passOn, readInput, readNumber, readParameters, type Step } from './step.ts';

export async function runTask(step: Step<TaskState>): Promise<Outcome> {
  const { run, state, position } = step;
  const integration = findIntegration(state.Resource) as IntegrationName;
  const parameters = readParameters(step);
  const timeoutSeconds = readNumber(step, state, 'TimeoutSeconds', readInput(step));
  const events = taskEvents(integration, run.runtime.context.region);
  const text = printPayload(parameters, `The input of the task '${position.state}'`);
  run.record(position, ...events.scheduled(text, timeoutSeconds));
  run.record(position, ...events.started());
  // Before the call, so that after a crash the history tells of a call that may have been made.
  await run.commit();
  step.scope.check();
  try {
    const { result, submitted } = await withTimeout(
      step,
      timeoutSeconds,
      callIntegration(run.runtime, integration, parameters, run.roleArn),
    );
    if (submitted !== undefined) run.record(position, ...events.submitted(JSON.stringify(submitted)));
    const output = printPayload(result, `The state/task '${position.state}' returned a result that`);
    run.record(position, ...events.succeeded(output));
    return passOn(step, result);
  } catch (error) {
    if (error instanceof StatesError && !isDataFlowError(error)) run.record(position, ...events.failed(error));
    throw error;
  }
}

/** Errors that AWS shows at the state and not at the task. */
function isDataFlowError(error: StatesError): boolean {
  return ['States.Runtime', 'States.ResultPathMatchFailure', 'States.IntrinsicFailure'].includes(error.error);
}

async function withTimeout<T>(step: Step, seconds: number | undefined, call: Promise<T>): Promise<T> {
  if (seconds === undefined) return step.scope.wait(call);
  const { clock } = step.run.runtime.context;
  let cancel = () => {};
  const timeout = new Promise<never>((_, reject) => {
    const failure = new StatesError('States.Timeout', `The task did not end within ${seconds} seconds.`);
    cancel = clock.at(clock.nowMs() + seconds * 1_000, () => reject(failure));
  });
  try {
    return await step.scope.wait(Promise.race([call, timeout]));
  } finally {
    cancel();
  }
}

type Event = [type: string, details?: object];

interface TaskEvents {
  scheduled(input: string, timeoutInSeconds: number | undefined): Event;
  started(): Event;
  submitted(output: string): Event;
  succeeded(output: string): Event;
  failed(error: StatesError): Event;
}

function taskEvents(integration: IntegrationName, region: string): TaskEvents {
  const suffix = (error: StatesError) => (error.error === 'States.Timeout' ? 'TimedOut' : 'Failed');
  if (integration.kind === 'lambda-function') {
    return {
      scheduled: (input, timeoutInSeconds) => [
        'LambdaFunctionScheduled',
        { resource: integration.resource, input, timeoutInSeconds },
      ],
      started: () => ['LambdaFunctionStarted'],
      submitted: (output) => ['TaskSubmitted', { output }],
      succeeded: (output) => ['LambdaFunctionSucceeded', { output }],
      failed: (error) => [`LambdaFunction${suffix(error)}`, { error: error.error, cause: error.reason }],
    };
  }
  const { resourceType, resource } = integration;
  return {
    scheduled: (parameters, timeoutInSeconds) => [
      'TaskScheduled',
      { resourceType, resource, region, parameters, timeoutInSeconds },
    ],
    started: () => ['TaskStarted', { resourceType, resource }],
    submitted: (output) => ['TaskSubmitted', { resourceType, resource, output }],
    succeeded: (output) => ['TaskSucceeded', { resourceType, resource, output }],
    failed: (error) => [`Task${suffix(error)}`, { resourceType, resource, error: error.error, cause: error.reason }],
  };
}
