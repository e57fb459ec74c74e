/** An error that a client sees under its AWS name. Anything else that a handler throws becomes InternalFailure 500. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
  }
}
