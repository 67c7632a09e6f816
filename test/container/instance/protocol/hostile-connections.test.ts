import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { openStream, rawRequest } from '../raw-http.ts';
import { initialize, json, openSession, type RunningDoors, request, result, startDoors } from './start-doors.ts';

let doors: RunningDoors;
afterEach(() => doors.close());

function portOf({ url }: RunningDoors): number {
  return Number(new URL(url).port);
}

/** A POST as bytes. */
function rawPost(path: string, headers: Record<string, string>, body: string): Buffer {
  const fields = Object.entries({ host: 'localhost', ...headers, 'content-length': String(Buffer.byteLength(body)) });
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}

const emoji = 'Grüße 🚀 日本';

describe('a client that leaves', () => {
  it('after any byte of its request or of its answer hurts nobody', { timeout: 120_000 }, async () => {
    let running = 0;
    doors = await startDoors({
      read: async (_arguments, { signal, progress }) => {
        running += 1;
        progress(1);
        await delay(1, undefined, { signal }).catch(() => undefined);
        running -= 1;
        return result(emoji);
      },
    });
    const headers = await openSession(doors.url);
    const bytes = (id: number) =>
      rawPost('/mcp', headers, request(id, 'tools/call', { name: 'read', arguments: { emoji }, _meta: { progressToken: id } }));
    let id = 100;
    for (let offset = 0; offset <= bytes(id).length; offset += 1) {
      id += 1;
      const socket = await open(portOf(doors));
      socket.write(bytes(id).subarray(0, offset), () => socket.destroy());
    }
    const whole = await openStream(`${doors.url}/mcp`, {
      method: 'POST',
      headers,
      body: request(1, 'tools/call', { name: 'read', _meta: { progressToken: 1 } }),
    });
    await whole.ended;
    const answerLength = Buffer.byteLength(whole.text()) + 300;
    for (let offset = 1; offset <= answerLength; offset += 1) {
      id += 1;
      const socket = await open(portOf(doors));
      let received = 0;
      socket.on('data', (chunk) => {
        received += chunk.length;
        if (received >= offset) socket.destroy();
      });
      socket.on('error', () => undefined);
      socket.write(bytes(id));
      if (offset % 20 === 0) await delay(1);
    }
    await expect.poll(() => running).toBe(0);
    const body = request(2, 'tools/call', { name: 'read' });
    expect((await rawRequest(`${doors.url}/mcp`, { method: 'POST', headers, body })).text).toContain(emoji);
    expect(doors.faults).toEqual([]);
  });

  it('and comes back 5,000 times costs no more than one that stays', { timeout: 120_000 }, async () => {
    doors = await startDoors({}, { sessionLimits: { idleMs: 60_000, absoluteMs: 60_000, most: 100 } });
    const port = portOf(doors);
    const sockets: Socket[] = [];
    const connectToSse = async () => {
      const socket = await open(port);
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.write('GET /sse HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n');
      await new Promise((answered) => socket.once('data', answered).once('close', answered));
    };
    for (let opened = 0; opened < 5_000; opened += 250) {
      await Promise.all(Array.from({ length: 250 }, connectToSse));
      expect(doors.sessions.size).toBeLessThanOrEqual(100);
    }
    const headers = await openSession(doors.url);
    const body = request(1, 'tools/list');
    expect((await rawRequest(`${doors.url}/mcp`, { method: 'POST', headers, body })).status).toBe(200);
    expect(doors.sessions.size).toBe(100);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => doors.sessions.size).toBe(1);
  });
});

it('a character split between two packets, at any byte, stays one', { timeout: 120_000 }, async () => {
  doors = await startDoors({ read: async ({ text }) => result(String(text)) });
  const headers = await openSession(doors.url);
  const bytes = rawPost('/mcp', headers, request(1, 'tools/call', { name: 'read', arguments: { text: emoji } }));
  const bodyStart = bytes.indexOf('\r\n\r\n') + 4;
  for (let split = bodyStart; split < bytes.length; split += 1) {
    const socket = await open(portOf(doors));
    socket.setNoDelay(true);
    const answer = new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(chunk.toString())));
    socket.write(bytes.subarray(0, split));
    await delay(1);
    socket.write(bytes.subarray(split));
    expect(await answer).toContain(emoji);
    socket.destroy();
  }
});

it('fifty clients that connect, drop and come back a hundred times find the same server', { timeout: 120_000 }, async () => {
  doors = await startDoors();
  for (let round = 0; round < 100; round += 1) {
    const streams = await Promise.all(Array.from({ length: 50 }, () => openStream(`${doors.url}/sse`)));
    for (const stream of streams) stream.leave();
  }
  await expect.poll(() => doors.sessions.size).toBe(0);
  const answer = await rawRequest(`${doors.url}/mcp`, { method: 'POST', headers: json, body: initialize() });
  expect(answer.status).toBe(200);
  expect(doors.faults).toEqual([]);
});
