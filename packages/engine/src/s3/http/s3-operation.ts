import type { StaticOperationSchema } from '@smithy/types';
import type { RequestBody } from './request-body.ts';
import type { S3Request } from './s3-request.ts';

/** What a handler gets beside its input. */
export interface Exchange {
  readonly requestId: string;
  readonly request: S3Request;
  /** Only for the operations that take an object's bytes; others have read it into their input. */
  readonly body: RequestBody;
}

/** Bytes `[start, end)` of a file that is sent as it is. */
export interface FileSlice {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** What an answer may say beyond its schema. */
export interface AnswerExtras {
  /** Instead of the operation's own status. */
  readonly $status?: number;
  readonly $headers?: Readonly<Record<string, string | undefined>>;
  /** Instead of what the schema would print. */
  readonly $xml?: string;
  /** Further elements, already printed, for the end of the document. */
  readonly $elements?: string;
  readonly $file?: FileSlice;
}

export type Answer<Output> = Partial<Omit<Output, '$metadata' | 'Body'>> & AnswerExtras;

export interface S3Operation {
  readonly schema: StaticOperationSchema;
  /** Input members that the handler heeds. A request with any other is refused, not half obeyed. */
  readonly heeds: readonly string[];
  handle(input: unknown, exchange: Exchange): Promise<object> | object;
}

export type S3Operations = Readonly<Record<string, S3Operation>>;

export function s3Operation<Input, Output>(
  schema: StaticOperationSchema,
  heeds: readonly Exclude<keyof Input & string, 'Body'>[],
  handle: (input: Input, exchange: Exchange) => Answer<Output> | Promise<Answer<Output>>,
): S3Operation {
  return { schema, heeds, handle: handle as S3Operation['handle'] };
}
