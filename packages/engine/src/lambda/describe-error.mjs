/**
 * The JSON in which Lambda tells what went wrong in a function.
 *
 * @typedef {object} ErrorPayload
 * @property {string} errorType
 * @property {string} errorMessage
 * @property {readonly string[]} trace
 */

/**
 * As the Node.js runtime describes whatever was thrown.
 *
 * @param {unknown} thrown
 * @returns {ErrorPayload}
 */
export function describeError(thrown) {
  if (thrown instanceof Error || isErrorLike(thrown)) {
    return { errorType: thrown.name, errorMessage: thrown.message, trace: thrown.stack?.split('\n') ?? [] };
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
}

/**
 * @param {unknown} thrown
 * @returns {thrown is Error}
 */
function isErrorLike(thrown) {
  const candidate = /** @type {Partial<Error> | null} */ (thrown);
  return typeof candidate === 'object' && typeof candidate?.name === 'string' && typeof candidate.message === 'string';
}

/**
 * @param {unknown} thrown
 * @param {string} entry
 * @returns {string}
 */
export function initErrorType(thrown, entry) {
  const { code, name, message } = /** @type {NodeJS.ErrnoException} */ (thrown);
  if (thrown instanceof SyntaxError) return 'Runtime.UserCodeSyntaxError';
  if (code === 'ERR_MODULE_NOT_FOUND' || message?.includes(`Cannot find module '${entry}'`)) return 'Runtime.ImportModuleError';
  return name ?? typeof thrown;
}
