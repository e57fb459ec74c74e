/** The package ships no declarations. It writes QueryLanguage into every state of what it is given. */
declare module 'asl-validator' {
  interface ValidatorError {
    readonly 'Error code': string;
    readonly Message: string;
  }
  function validate(
    definition: object,
    options?: { readonly checkPaths?: boolean; readonly checkArn?: boolean },
  ): { readonly isValid: boolean; readonly errors: readonly ValidatorError[]; errorsText(separator?: string): string };
  export = validate;
}
