import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { echo, post, type RouterFixture, type Script, startRouter, stop, toolCall } from './fixture.ts';

let fixture: RouterFixture;
let server: Server;
let writes: number;
beforeEach(async () => {
  fixture = await startRouter();
  writes = 0;
  server = createServer((request, response) => {
    const { socket } = request;
    const write = socket.write.bind(socket) as (...parameters: unknown[]) => boolean;
    socket.write = (...parameters: unknown[]) => {
      writes += 1;
      return write(...parameters);
    };
    fixture.router.handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await stop(server);
  await fixture.close();
});

const text = 'é😀'.repeat(200);
const withLength: Script = (_request, response, body) => {
  const { id } = JSON.parse(body) as { id: number };
  const answer = JSON.stringify({ jsonrpc: '2.0', id, result: { text } });
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(answer) }).end(answer);
};
const inPieces: Script = (_request, response, body) => {
  const { id } = JSON.parse(body) as { id: number };
  const answer = JSON.stringify({ jsonrpc: '2.0', id, result: { text } });
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.write(answer.slice(0, 20));
  setImmediate(() => response.end(answer.slice(20)));
};

describe('an answer that is known as a whole', () => {
  it.each([
    ['whose length is told', withLength, { text }],
    ['that ends when it ends', echo, { ok: true }],
    ['that comes in pieces', inPieces, { text }],
  ] as const)('%s goes to the client with its head in one write, byte for byte', async (_name, script, result) => {
    const instance = await fixture.addInstance(script);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/i/${instance.id}/mcp`;
    const answer = await post(url, instance.token, toolCall(7));
    expect(JSON.parse(answer.text)).toEqual({ jsonrpc: '2.0', id: 7, result });
    expect(writes).toBe(1);
  });
});
