import type { IncomingHttpHeaders } from 'node:http';

/** One request as the protocols see it. The path and the query are raw; the body is complete and decompressed. */
export interface WireRequest {
  readonly queryText: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
}
