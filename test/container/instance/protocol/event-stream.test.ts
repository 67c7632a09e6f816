import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EventStream } from '../../../../container/instance/protocol/event-stream.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** One exchange over loopback: the response to write to, and the answer that its client reads. */
async function openExchange(): Promise<{ response: ServerResponse; answer: Promise<IncomingMessage> }> {
  const responses: ((response: ServerResponse) => void)[] = [];
  const server = createServer((_request, response) => responses.shift()?.(response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const response = new Promise<ServerResponse>((resolve) => responses.push(resolve));
  const { port } = server.address() as AddressInfo;
  const answer = new Promise<IncomingMessage>((resolve, reject) => get({ port }, resolve).on('error', reject));
  return { response: await response, answer };
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return text;
}

describe('an event stream', () => {
  it('writes what is said in one turn of the event loop at once, in order', async () => {
    const { response, answer } = await openExchange();
    const write = vi.spyOn(response, 'write');
    const stream = new EventStream(response);
    for (let number = 1; number <= 3; number += 1) stream.send({ data: `{"answer":${number}}`, id: `s.${number}` });
    await setImmediate();
    await setImmediate();
    expect(write).toHaveBeenCalledTimes(1);
    stream.send({ data: '{"answer":4}' });
    await setImmediate();
    await setImmediate();
    expect(write).toHaveBeenCalledTimes(2);
    stream.end();
    const texts = (await textOf(await answer)).split('\n\n').filter((event) => event !== '');
    expect(texts.map((event) => /data: (.*)/.exec(event)?.[1])).toEqual([1, 2, 3, 4].map((number) => `{"answer":${number}}`));
  });

  it('ends with everything that was said before, and with the hint last', async () => {
    const { response, answer } = await openExchange();
    const stream = new EventStream(response);
    stream.send({ data: '{"answer":1}' });
    stream.end(3_000);
    expect(await textOf(await answer)).toBe('event: message\ndata: {"answer":1}\n\nretry: 3000\n\n');
  });

  it('says nothing more to a client that it has broken with', async () => {
    const { response, answer } = await openExchange();
    const stream = new EventStream(response);
    const incoming = await answer;
    stream.send({ data: '{"answer":1}' });
    stream.destroy();
    await expect(textOf(incoming)).rejects.toThrow('aborted');
  });
});
