import { spawnSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HttpConnection, headerOf } from '../../bench/instance/http-connection.ts';
import { HeldStream } from '../../bench/router/held-stream.ts';
import { type FaultPlatform, type HostedInstance, startFaultPlatform } from '../platform.ts';
import { isFull } from '../scale.ts';

let platform: FaultPlatform;
let instance: HostedInstance;
const cleanUp: (() => unknown)[] = [];

beforeAll(async () => {
  platform = await startFaultPlatform();
  instance = await platform.createInstance();
});
afterEach(() => {
  for (const step of cleanUp.splice(0).toReversed()) step();
});
afterAll(() => platform.close());

const openStreams = async () => {
  const { text } = await metrics();
  return Number(/^smartlead_mcp_router_(?:open_)?streams (\d+)/m.exec(text)?.[1] ?? Number.NaN);
};
const metrics = async () => {
  const { body } = await platform.rest.get('/metrics');
  return { text: String(body) };
};

/** Whether this machine lets us drop packets; of one port of loopback alone, and only for as long as a test runs. */
const mayDropPackets = isFull && process.getuid?.() === 0 && spawnSync('iptables', ['-L', '-n']).status === 0;

describe('a client that has vanished without a word (PEERS 4)', () => {
  it.skipIf(!mayDropPackets)(
    'its packets are dropped: its stream is freed within two minutes',
    async () => {
      const before = await openStreams();
      const socket = await openRawStream();
      await expect.poll(openStreams, { timeout: 15_000 }).toBe(before + 1);
      const port = String((socket.address() as { port: number }).port);
      const rules = ['--sport', '--dport'].map((side) => ['INPUT', '-i', 'lo', '-p', 'tcp', side, port, '-j', 'DROP']);
      for (const rule of rules) expect(spawnSync('iptables', ['-I', ...rule]).status).toBe(0);
      cleanUp.push(() => {
        for (const rule of rules) spawnSync('iptables', ['-D', ...rule]);
      });
      await expect.poll(openStreams, { timeout: 120_000, interval: 1_000 }).toBe(before);
    },
    150_000,
  );

  it('it stops reading: others are served, and what is held for it is bounded', async () => {
    const socket = await openRawStream();
    socket.pause();
    for (let count = 0; count < 20; count += 1) {
      const stream = await HeldStream.open(instance);
      stream.close();
    }
    expect((await fetch(`${platform.service.url}/readyz`)).status).toBe(200);
  });
});

function openRawStream(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(platform.port, '127.0.0.1', () => {
      socket.write(`GET ${instance.path}/sse HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${instance.token}\r\n\r\n`);
    });
    cleanUp.push(() => socket.destroy());
    socket.on('error', reject);
    socket.once('data', () => resolve(socket));
  });
}

describe('a stream that nobody says anything on (PEERS 15)', () => {
  it.skipIf(!isFull)(
    'is kept alive at least every 15 s, and says that it must not be buffered',
    async () => {
      const socket = await openRawStream();
      const silences: number[] = [];
      let heardAt = performance.now();
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        silences.push(performance.now() - heardAt);
        heardAt = performance.now();
      });
      await delay(50_000);
      expect(text.match(/^: /gm)?.length ?? 0).toBeGreaterThanOrEqual(2);
      expect(Math.max(...silences)).toBeLessThan(16_500);
      const response = await fetch(`${instance.url}/sse`, { headers: { authorization: `Bearer ${instance.token}` } });
      expect(response.headers.get('x-accel-buffering')).toBe('no');
      await response.body?.cancel();
    },
    70_000,
  );
});

describe('a pooled connection that is left idle (PEERS 16)', () => {
  it('is kept for longer than load balancers keep theirs, and both sides’ next requests are answered', async () => {
    const connection = await HttpConnection.open(platform.port);
    const request = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const { head, status } = await connection.exchange(request);
    expect(status).toBe(200);
    // nginx and most load balancers: 60 s. A second is lost on the way.
    expect(Number(/timeout=(\d+)/.exec(headerOf(head, 'keep-alive') ?? '')?.[1])).toBeGreaterThan(61);
    // Longer than what the instances' own server keeps a connection by default, which is what the router has to cope with.
    await delay(isFull ? 7_000 : 500);
    expect((await connection.exchange(request)).status).toBe(200);
    const call = `POST ${instance.path}/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${instance.token}\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n`;
    const body =
      '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"idle","version":"1"}}}';
    for (const pauseMs of isFull ? [0, 3_900, 4_000, 4_900, 5_000, 5_100, 6_000] : [0, 300]) {
      await delay(pauseMs);
      expect((await connection.exchange(`${call}Content-Length: ${body.length}\r\n\r\n${body}`)).status).toBe(200);
    }
    connection.close();
  }, 60_000);
});
