/**
 * One plaintext port for HTTP/1.1 and for HTTP/2 with prior knowledge, which the JS Kinesis client speaks. The HTTP/2
 * preface begins with `PRI`, which is no HTTP/1.1 method; the first bytes of a connection decide and are put back.
 */
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';

export interface ProtocolPort {
  listen(port: number): Promise<number>;
  close(): Promise<void>;
}

const PREFACE = 'PRI';
const IDLE_CONNECTION_MS = 5 * 60_000;

export function createProtocolPort(
  onRequest: (request: http.IncomingMessage, response: http.ServerResponse) => void,
): ProtocolPort {
  const http1 = http.createServer({ keepAliveTimeout: IDLE_CONNECTION_MS, requestTimeout: 0 }, onRequest);
  // The compatibility API has what a handler uses of the HTTP/1.1 objects.
  const h2c = http2.createServer(
    onRequest as unknown as (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse) => void,
  );
  http1.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    else socket.destroy();
  });
  h2c.on('sessionError', () => {});
  const sockets = new Set<net.Socket>();

  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let seen: Buffer = Buffer.alloc(0);
    // Reading in paused mode: a socket that has flowed once is refused by node:http2, which takes over the handle.
    const sniff = () => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
      const start = seen.toString('latin1', 0, PREFACE.length);
      if (seen.length < PREFACE.length && PREFACE.startsWith(start)) return;
      socket.removeListener('readable', sniff);
      socket.unshift(seen);
      (start === PREFACE ? h2c : http1).emit('connection', socket);
    };
    socket.on('readable', sniff);
  });

  return {
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.removeListener('error', reject);
          resolve((server.address() as net.AddressInfo).port);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
