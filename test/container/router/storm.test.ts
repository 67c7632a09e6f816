import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { post, type RouterFixture, startRouter, toolCall } from './fixture.ts';

let fixture: RouterFixture;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await fixture.close();
});

const connections = 1_500;

/**
 * Opens a connection, asks for a stream and answers the status of the answer. Where the system itself resets a connection, because too
 * many wait to be accepted, it tries again, as clients do.
 */
function storm(address: URL, path: string, token: string, attemptsLeft = 5): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(address.port), address.hostname);
    sockets.push(socket);
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
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nAccept: text/event-stream\r\n\r\n`,
    );
  });
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
    }
    const seen = await statuses;
    expect(seen.filter((status) => status === 200).length).toBeGreaterThanOrEqual(500);
    for (const status of new Set(seen)) expect([200, 429, 503]).toContain(status);
    expect(fixture.errors.length).toBeLessThan(50);
  });
});
