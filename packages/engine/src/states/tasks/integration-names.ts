/** Which Resources a Task may have. */

export interface IntegrationName {
  readonly kind: 'lambda-function' | 'lambda-invoke' | 'athena-query';
  /** As history events call it; a function that is named directly has events of its own. */
  readonly resourceType: string;
  readonly resource: string;
}

const FUNCTION_ARN = /^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?$/;

const optimised: Readonly<Record<string, IntegrationName>> = {
  'arn:aws:states:::lambda:invoke': { kind: 'lambda-invoke', resourceType: 'lambda', resource: 'invoke' },
  'arn:aws:states:::athena:startQueryExecution.sync': {
    kind: 'athena-query',
    resourceType: 'athena',
    resource: 'startQueryExecution.sync',
  },
};

/** The integration of a Resource, or the sentence that says why there is none. */
export function findIntegration(resource: string): IntegrationName | string {
  const known = Object.hasOwn(optimised, resource) ? optimised[resource] : undefined;
  if (known !== undefined) return known;
  if (FUNCTION_ARN.test(resource)) return { kind: 'lambda-function', resourceType: 'lambda', resource };
  if (resource.endsWith('.waitForTaskToken')) {
    return `The resource '${resource}' waits for a task token (waitForTaskToken), which the engine does not run.`;
  }
  if (/^arn:aws[\w-]*:states:[^:]*:[^:]*:activity:/.test(resource)) {
    return `The resource '${resource}' is an activity, which the engine does not run.`;
  }
  const supported = Object.keys(optimised).join(', ');
  return `The resource '${resource}' is not run by the engine; it has ${supported} and the ARN of a Lambda function.`;
}
