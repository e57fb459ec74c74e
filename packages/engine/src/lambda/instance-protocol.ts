/** What the engine's thread and a function's thread say to each other. Payloads travel as JSON text, never as cloned objects. */

export interface InstanceData {
  readonly entry: string;
  readonly moduleName: string;
  readonly exportName: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly compileCacheDir: string;
}

export interface InvokeMessage {
  readonly requestId: string;
  readonly payload: string;
}

export type InstanceMessage =
  | { readonly type: 'ready' }
  /** The import failed; the thread ends. */
  | { readonly type: 'init-failed'; readonly payload: string }
  /** One or more whole lines. `requestId` is undefined before the first invocation. */
  | { readonly type: 'log'; readonly requestId: string | undefined; readonly text: string }
  | { readonly type: 'result'; readonly payload: string }
  | { readonly type: 'failed'; readonly payload: string }
  /** Something outside the handler's promise failed; the thread ends. */
  | { readonly type: 'crashed'; readonly payload: string };
