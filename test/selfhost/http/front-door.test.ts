import { once } from 'node:events';
import { createServer, get, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { FrontDoor } from '../../../selfhost/http/front-door.ts';

let server: Server;
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

async function serve(frontDoor: FrontDoor): Promise<string> {
  server = createServer(frontDoor.listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const connections = () => new Promise<number>((resolve) => void server.getConnections((_error, count) => resolve(count)));

const saying =
  (text: string): RequestListener =>
  (_request, response) =>
    void response.end(text);
const doors = { mcp: saying('mcp'), web: saying('web') };

describe('the front door', () => {
  it('says that it is starting, at the MCP doors in the words of the protocol', async () => {
    const base = await serve(new FrontDoor());
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    expect((await fetch(`${base}/readyz`)).status).toBe(503);
    const answer = await fetch(`${base}/i/ins_1/mcp`, { method: 'POST' });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ jsonrpc: '2.0', id: null, error: { data: { reason: 'starting', retry: true } } });
  });

  it('keeps those waiting for the start who want a stream: a refusal would end an EventSource for good', async () => {
    const frontDoor = new FrontDoor();
    const base = await serve(frontDoor);
    const target = [`${base}/i/ins_1/sse`, { headers: { accept: 'text/event-stream' } }] as const;
    const asked: string[] = [];
    server.on('request', (request) => asked.push(request.url ?? ''));
    const leaving = get(target[0], { ...target[1], agent: false }).on('error', () => {});
    const stream = fetch(...target);
    await expect.poll(() => asked.length).toBe(2);
    leaving.destroy();
    await expect.poll(connections).toBe(1);
    let served = 0;
    frontDoor.open({
      ...doors,
      mcp: (_request, response) => {
        served += 1;
        response.end('mcp');
      },
    });
    expect(await (await stream).text()).toBe('mcp');
    expect(served).toBe(1);
  });

  it('is not ready once it closes, while the MCP doors still decide for themselves', async () => {
    const frontDoor = new FrontDoor();
    frontDoor.open(doors);
    const base = await serve(frontDoor);
    expect(await (await fetch(`${base}/readyz`)).text()).toBe('web');
    frontDoor.close();
    const readyz = await fetch(`${base}/readyz`);
    expect([readyz.status, readyz.headers.get('retry-after')]).toEqual([503, '2']);
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    expect((await fetch(`${base}/v1/me`)).status).toBe(503);
    expect(await (await fetch(`${base}/i/ins_1/mcp`)).text()).toBe('mcp');
  });
});
