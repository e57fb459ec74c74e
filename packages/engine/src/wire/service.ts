/**
 * What every service of the engine is to the wire layer: a protocol, and a table of operations.
 *
 * The wire layer knows no operation. It recognises the service (target prefix, signing name, path), decodes the
 * request with the operation's own schema, calls `handle`, and encodes what comes back with the same schema.
 */
import type { StaticOperationSchema } from '@smithy/types';
import type { Principal } from '../iam/principal.ts';

export type Protocol = 'restJson1' | 'awsJson1_0' | 'awsJson1_1' | 'awsQuery';

export interface RequestContext {
  readonly requestId: string;
  /** From the credential scope of the Authorization header; the engine's own region when the request is unsigned. */
  readonly region: string;
  readonly accessKeyId: string | undefined;
  /** The role whose session signed; undefined for everybody who may do everything. */
  readonly principal?: Principal | undefined;
}

export interface Operation<Input = unknown, Output = unknown> {
  readonly schema: StaticOperationSchema;
  handle(input: Input, request: RequestContext): Output | Promise<Output>;
}

export interface Service {
  /** Lower-case, as people say it: `sagemaker`, `featurestore-runtime`, `athena`. */
  readonly name: string;
  readonly protocol: Protocol;
  /** What stands before the dot in `X-Amz-Target`; only for the awsJson protocols. */
  readonly targetPrefix?: string;
  /** The service's name in the credential scope, where it is not `name`: `sagemaker` for both of its planes. */
  readonly signingName?: string;
  /** Only for awsQuery: the value of `Version`, which also names the answers' XML namespace. */
  readonly apiVersion?: string;
  /** The code of a request without a required member, where it is not ValidationException. */
  readonly validationErrorCode?: string;
  /** Operation name to operation. An operation that is not in here answers UnknownOperationException. */
  readonly operations: Readonly<Record<string, Operation<never, unknown>>>;
}

/** An output that a handler has already brought into wire form: it is sent as it is, unseen by the encoder. */
export class EncodedOutput {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }
}

/** Types the input and output of one operation from the SDK's own command types. */
export function operation<Input, Output>(
  schema: StaticOperationSchema,
  handle: (input: Input, request: RequestContext) => Output | EncodedOutput | Promise<Output | EncodedOutput>,
): Operation<never, unknown> {
  return { schema, handle } as unknown as Operation<never, unknown>;
}
