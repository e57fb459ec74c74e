/** Amazon States Language, as far as our machines need it typed; `asl-validator` checks the rest. */
export interface StateMachine {
  readonly Comment: string;
  readonly QueryLanguage: 'JSONPath';
  readonly StartAt: string;
  readonly TimeoutSeconds?: number;
  readonly States: Readonly<Record<string, { readonly Type: string; readonly [member: string]: unknown }>>;
}
