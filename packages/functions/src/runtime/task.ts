/** The middleware that every function called by a machine, an event or a schedule shares. */
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { reportFault } from './report-fault.ts';

export const logger = new Logger();

/** Wraps `(input) → output`: a request id on each log line, faults logged once and passed on. */
export const task = <Input, Output>(handle: (input: Input, context: Context) => Promise<Output>) =>
  middy<Input, Output>(handle).use([injectLambdaContext(logger), reportFault(logger)]);
