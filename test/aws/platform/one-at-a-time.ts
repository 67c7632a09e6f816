import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Passes requests on to the emulator, one after the other. DynamoDB isolates transactions from each other, the emulator's threads do
 * not, and here several programs use the table at the same time.
 */
export async function startOneAtATime(upstream: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let last: Promise<void> = Promise.resolve();
  const pass = async (incoming: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> => {
    const { method = 'POST', url = '/', headers } = incoming;
    const sent = request(new URL(url, upstream), { method, headers, agent });
    sent.end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const text = await bodyOf(answer);
    response.writeHead(answer.statusCode ?? 500, answer.headers).end(text);
  };
  const server = createServer(async (incoming, response) => {
    const body = await bodyOf(incoming).catch(() => undefined);
    if (body === undefined) return;
    // Whoever asked has gone, or the emulator: either way its connection tells.
    last = last.then(() => pass(incoming, body, response)).catch(() => void response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
