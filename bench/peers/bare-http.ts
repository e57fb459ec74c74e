import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Load, type LoadRequest, runLoad } from '../load/run-load.ts';

/** node:http that reads the request and answers with as many bytes, in the same thread as the engine: what a server here can reach. */
export async function bareHttp(load: Omit<LoadRequest, 'port'>, answerBytes: number): Promise<Load> {
  const body = Buffer.alloc(Math.round(answerBytes), 'x');
  const server = createServer((request, response) => {
    request.on('data', () => {});
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await runLoad({ ...load, port: (server.address() as AddressInfo).port });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
