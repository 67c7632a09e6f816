import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import type { LocalSessions } from '../sessions/session-holder.ts';
import { maxHopBodyBytes } from './hop-messages.ts';
import { HopQuestions } from './hop-questions.ts';
import { type RouterAddress, routerSecretHeader } from './hop-request.ts';

/**
 * Takes messages that other routers forward, and what routers say to each other. Whoever does not know this router's secret gets nothing
 * from it.
 */
export class HopListener {
  readonly #secret = randomBytes(32).toString('base64url');
  readonly #forwarded = new WeakSet<IncomingMessage>();
  readonly #questions = new HopQuestions();
  #server: Server | undefined;
  #address: string | undefined;

  /** Where other routers reach this one; `undefined` while it does not listen. */
  get address(): RouterAddress | undefined {
    return this.#address === undefined ? undefined : { url: this.#address, secret: this.#secret };
  }

  /** Answers for these sessions from now on. */
  attend(sessions: LocalSessions): void {
    this.#questions.attend(sessions);
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
      if (this.#questions.knows(request.url)) {
        this.#hear(request, response).catch(() => response.writeHead(400, { Connection: 'close' }).end());
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

  /** Rejects where what was said makes no sense. */
  async #hear(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const said: unknown = JSON.parse((await readAll(request)).toString('utf8'));
    const { status, content } = this.#questions.answer(request.url, said);
    if (content === undefined) response.writeHead(status).end();
    else response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(content));
  }
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxHopBodyBytes) throw new Error('another router said too much');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Compares digests, so that neither the length nor the beginning of the secret shows in the time it takes. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
