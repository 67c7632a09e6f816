import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { type RouterAddress, routerSecretHeader } from './forward-message.ts';

/** Takes messages that other routers forward. Whoever does not know this router's secret gets nothing from it. */
export class HopListener {
  readonly #secret = randomBytes(32).toString('base64url');
  readonly #forwarded = new WeakSet<IncomingMessage>();
  #server: Server | undefined;
  #address: string | undefined;

  /** Where other routers reach this one; `undefined` while it does not listen. */
  get address(): RouterAddress | undefined {
    return this.#address === undefined ? undefined : { url: this.#address, secret: this.#secret };
  }

  /** Whether the request came from another router. */
  isForwarded(request: IncomingMessage): boolean {
    return this.#forwarded.has(request);
  }

  async listen(handle: (request: IncomingMessage, response: ServerResponse) => void, host: string, port: number): Promise<void> {
    const server = createServer((request, response) => {
      const given = request.headers[routerSecretHeader];
      delete request.headers[routerSecretHeader];
      if (typeof given !== 'string' || !isSame(given, this.#secret)) {
        response.writeHead(403, { Connection: 'close' }).end();
        return;
      }
      this.#forwarded.add(request);
      handle(request, response);
    });
    server.listen({ port, host });
    await once(server, 'listening');
    this.#server = server;
    const { port: chosen } = server.address() as AddressInfo;
    this.#address = `http://${isIPv6(host) ? `[${host}]` : host}:${chosen}`;
  }

  async close(): Promise<void> {
    this.#address = undefined;
    const server = this.#server;
    if (server?.listening !== true) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }
}

/** Compares digests, so that neither the length nor the beginning of the secret shows in the time it takes. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
