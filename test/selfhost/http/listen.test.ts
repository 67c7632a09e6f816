import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Listeners, type ListenLimits, listen } from '../../../selfhost/http/listen.ts';

describe('listening', () => {
  let listeners: Listeners | undefined;
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await listeners?.close(0);
    listeners = undefined;
  });

  async function open(handler: RequestListener, limits: ListenLimits): Promise<() => Connection> {
    const opened = await listen(handler, ['127.0.0.1'], 0, limits);
    listeners = opened;
    return () => {
      const connection = new Connection(connect(opened.port, '127.0.0.1'));
      sockets.push(connection.socket);
      return connection;
    };
  }

  class Connection {
    readonly socket: Socket;
    received = '';
    readonly closed: Promise<unknown>;
    constructor(socket: Socket) {
      this.socket = socket;
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        this.received += chunk.toString();
      });
      this.closed = once(socket, 'close');
    }
  }

  it('cuts off a client that never finishes its request, in its headers or in its body', async () => {
    const dial = await open((request) => request.resume(), { requestTimeoutMs: 300 });
    for (const beginning of ['POST / HTTP/1.1\r\nHost: x\r\n', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhal']) {
      const slow = dial();
      slow.socket.write(beginning);
      await slow.closed;
      expect(slow.received).toMatch(/^HTTP\/1\.1 408 /);
    }
  });

  it('leaves an event stream open for longer than a request may take', async () => {
    const dial = await open(
      (_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': open\n\n');
        setTimeout(() => response.end('data: late\n\n'), 1500);
      },
      { requestTimeoutMs: 300 },
    );
    const client = dial();
    client.socket.write('GET /sse HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await client.closed;
    expect(client.received).toContain('data: late');
  });

  it('writes no second status line into an answer that has begun', async () => {
    const dial = await open((_request, response) => response.writeHead(200).write('begun'), { requestTimeoutMs: 300 });
    const client = dial();
    client.socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhal');
    await client.closed;
    expect(client.received).toContain('begun');
    expect(client.received.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it('takes no more connections than its limit, and new ones when others have gone', async () => {
    const dial = await open((_request, response) => response.end('served'), { maxConnections: 2 });
    const first = dial();
    const second = dial();
    await Promise.all([once(first.socket, 'connect'), once(second.socket, 'connect')]);
    const third = dial();
    await third.closed;
    first.socket.destroy();
    await first.closed;
    const ask = async () => {
      const next = dial();
      next.socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      await next.closed;
      return next.received;
    };
    await expect.poll(ask).toContain('served');
  });
});
