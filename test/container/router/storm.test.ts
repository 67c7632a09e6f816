import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { post, type RouterFixture, startRouter, toolCall } from './fixture.ts';

let fixture: RouterFixture;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await fixture.close();
});

const connections = 1_000;

/**
 * Opens a connection, asks for a stream and answers the status of the answer. Where the system itself resets a connection, because too
 * many wait to be accepted, it tries again, as clients do.
 */
function storm(address: URL, path: string, token: string, attemptsLeft = 5): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = askForStream(address, path, token);
    let text = '';
    socket.on('error', (error) => {
      // After the status this changes nothing any more.
      if (text !== '' || attemptsLeft === 0) reject(error);
      else storm(address, path, token, attemptsLeft - 1).then(resolve, reject);
    });
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1];
      if (status !== undefined) resolve(Number(status));
    });
  });
}

function askForStream(address: URL, path: string, token: string): Socket {
  const socket = connect(Number(address.port), address.hostname);
  sockets.push(socket);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nAccept: text/event-stream\r\n\r\n`);
  return socket;
}

/** All that came until the first event was whole. */
function firstEvent(address: URL, path: string, token: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = askForStream(address, path, token);
    let text = '';
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (/\n(event|retry): [\s\S]*\n\n/.test(text)) resolve(text);
    });
  });
}

function streamsWaiting({ router }: RouterFixture): number {
  return Number(/streams_waiting (\d+)/.exec(router.metrics())?.[1]);
}

describe('a storm of connections to one instance', () => {
  it('is served or refused in order, while every call to another instance succeeds', async () => {
    fixture = await startRouter({
      limits: {
        maxStreamsPerToken: 500,
        maxStreamsWaiting: 400,
        maxCallsPerSecondPerToken: 1_000,
        maxCallsPerSecondPerInstance: 1_000,
      },
    });
    const stormed = await fixture.addInstance((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': hi\n\n');
    });
    const calm = await fixture.addInstance();
    const path = `/i/${stormed.id}/mcp`;
    const statuses = Promise.all(Array.from({ length: connections }, () => storm(new URL(fixture.base), path, stormed.token)));
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    // What went wrong is told by awaiting them below.
    statuses.then(over, over);
    let calls = 0;
    while (!isOver || calls < 20) {
      calls += 1;
      const answer = await post(fixture.url(calm, 'mcp'), calm.token, toolCall(calls));
      expect([answer.status, JSON.parse(answer.text).id]).toEqual([200, calls]);
      await pause(5);
    }
    const seen = await statuses;
    expect(seen.filter((status) => status === 200).length).toBeGreaterThanOrEqual(500);
    for (const status of new Set(seen)) expect([200, 429, 503]).toContain(status);
    expect(fixture.errors.length).toBeLessThan(50);
  }, 120_000);

  it('is told to come back later where it finds no room, in words that a reader of event streams obeys', async () => {
    fixture = await startRouter({
      limits: { maxStreamsPerToken: 20, maxStreamsOpenedAtOnce: 5, maxStreamsOpenedPerSecond: 20 },
      timing: { retryHintMs: 1_000 },
    });
    const stormed = await fixture.addInstance();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => firstEvent(new URL(fixture.base), `/i/${stormed.id}/sse`, stormed.token)),
    );
    const served = answers.filter((answer) => answer.includes('event: endpoint'));
    const sentAway = answers.filter((answer) => !answer.includes('event: endpoint'));
    // Some at once, as many waiting as may be open, and those that came in their turn meanwhile.
    expect(served.length).toBeGreaterThanOrEqual(25);
    expect(sentAway.length).toBeGreaterThan(0);
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    for (const answer of sentAway) {
      expect(answer).toMatch(/content-type: text\/event-stream/i);
      expect(Number(/retry: (\d+)/.exec(answer)?.[1])).toBeGreaterThanOrEqual(4_000);
    }
  });

  it('leaves no place to clients that did not wait', async () => {
    fixture = await startRouter({
      limits: { maxStreamsPerToken: 2, maxStreamsOpenedAtOnce: 1, maxStreamsOpenedPerSecond: 0.01 },
    });
    const stormed = await fixture.addInstance();
    const path = `/i/${stormed.id}/sse`;
    expect(await firstEvent(new URL(fixture.base), path, stormed.token)).toContain('event: endpoint');
    const impatient = [1, 2].map(() => askForStream(new URL(fixture.base), path, stormed.token));
    await expect.poll(() => streamsWaiting(fixture)).toBe(2);
    expect(await firstEvent(new URL(fixture.base), path, stormed.token)).toContain('retry: ');
    for (const socket of impatient) socket.destroy();
    await expect.poll(() => streamsWaiting(fixture)).toBe(0);
    askForStream(new URL(fixture.base), path, stormed.token);
    await expect.poll(() => streamsWaiting(fixture)).toBe(1);
  });
});
