/**
 * One kept-alive HTTP/1.1 connection that sends whole requests, one at a time: as little client as there can be, so that
 * the server is what is measured. Knows answers with a content-length, which is what both servers send, and keeps only
 * the size of a body.
 */
import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
const CONTENT_LENGTH = /content-length: (\d+)/i;

export interface Answer {
  readonly status: number;
  readonly sizeBytes: number;
}

export class HttpConnection {
  readonly #socket: Socket;
  #head: Buffer | undefined;
  #answer: Answer | undefined;
  #missingBytes = 0;
  #settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (bytes) => this.#take(bytes));
    this.#socket.on('error', (error) => this.#settle?.reject(error));
    this.#socket.on('close', () => this.#settle?.reject(new Error('the server closed the connection')));
  }

  send(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#settle = undefined;
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    if (this.#answer !== undefined) this.#missingBytes -= bytes.length;
    else this.#readHead(bytes);
    if (this.#answer === undefined || this.#missingBytes > 0) return;
    const answer = this.#answer;
    this.#answer = undefined;
    this.#settle?.resolve(answer);
  }

  #readHead(bytes: Buffer): void {
    const head = this.#head === undefined ? bytes : Buffer.concat([this.#head, bytes]);
    const headEnd = head.indexOf(HEAD_END);
    this.#head = headEnd < 0 ? head : undefined;
    if (headEnd < 0) return;
    const text = head.toString('latin1', 0, headEnd);
    const sizeBytes = Number(CONTENT_LENGTH.exec(text)?.[1]);
    this.#answer = { status: Number(text.slice(9, 12)), sizeBytes };
    this.#missingBytes = headEnd + HEAD_END.length + sizeBytes - head.length;
  }
}

/** The bytes of a POST of JSON. */
export function printPost(path: string, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const lines = Object.entries({ ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${head}\r\n${body}`);
}
