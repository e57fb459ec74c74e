/**
 * One kept-alive HTTP/1.1 connection that sends whole requests, one at a time: as little client as there can be, so that
 * the server is what is measured. Knows answers with a content-length, which is what both servers send.
 */
import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';

export class HttpConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
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
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#received.toString('latin1', 0, headEnd);
    const bodyStart = headEnd + HEAD_END.length;
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    if (this.#received.length < bodyStart + length) return;
    const answer = { status: Number(head.slice(9, 12)), body: this.#received.subarray(bodyStart, bodyStart + length) };
    this.#received = this.#received.subarray(bodyStart + length);
    this.#settle?.resolve(answer);
  }
}

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** The bytes of a POST of JSON. */
export function printPost(path: string, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const lines = Object.entries({ ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );
}
