import type { Logger } from '@aws-lambda-powertools/logger';
import type { MiddlewareObj } from '@middy/core';
import { TidemarkError } from '@tidemark/domain';

/**
 * Logs what a handler threw, once, and lets it go on: Step Functions matches on its name. A caller's mistake is not our
 * error; of an unknown one only the name and the stack are logged, since its message may quote a value.
 */
export function reportFault(logger: Logger): MiddlewareObj {
  return {
    onError: ({ error }) => {
      if (error instanceof TidemarkError) {
        const { code, message, field, kind, cause } = error;
        const details = { code, fault: kind.fault, field, cause: cause instanceof Error ? cause.name : undefined };
        if (kind.fault === 'caller') logger.warn(message, details);
        else logger.error(message, details);
      } else if (error instanceof Error) {
        logger.error('unexpected fault', { name: error.name, stack: error.stack?.split('\n').slice(1, 6) });
      }
    },
  };
}
