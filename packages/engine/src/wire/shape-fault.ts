/** Why a request does not fit its operation's schema, and where. Never holds a value of the request. */
export class ShapeFault extends Error {
  readonly kind: 'missing' | 'type';
  readonly expected: string;
  readonly path: string[] = [];

  constructor(kind: 'missing' | 'type', expected: string) {
    super(expected);
    this.kind = kind;
    this.expected = expected;
  }

  /** The path is put together while the fault travels up: a request without fault pays nothing for it. */
  within(segment: string): this {
    this.path.unshift(segment);
    return this;
  }

  describe(): string {
    const at = this.path.join('.');
    return this.kind === 'missing'
      ? `1 validation error detected: Value null at '${at}' failed to satisfy constraint: Member must not be null`
      : `${at || 'The request body'} must be ${this.expected}.`;
  }
}

export const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
