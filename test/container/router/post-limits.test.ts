import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RouterOptions } from '../../../container/router/options.ts';
import {
  type Answer,
  eventually,
  type InstanceFixture,
  post,
  type RouterFixture,
  startRouter,
  toolCall,
  writingTool,
} from './fixture.ts';

let fixture: RouterFixture;
const requests: ClientRequest[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const request of requests.splice(0)) request.destroy();
  await fixture.close();
});

async function start(options: Partial<RouterOptions>): Promise<InstanceFixture> {
  fixture = await startRouter(options);
  return fixture.addInstance();
}

/** Begins a POST whose body never ends, with so many bytes of it. */
function beginPost(instance: InstanceFixture, bytes: number, token = instance.token): ClientRequest {
  const request = httpRequest(fixture.url(instance, 'mcp'), {
    method: 'POST',
    agent: false,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
  });
  request.on('error', () => {});
  request.write('['.repeat(bytes));
  requests.push(request);
  return request;
}

async function answerTo(request: ClientRequest): Promise<Answer> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') };
}

function expectRefusal(answer: Answer, status: number, reason: string): void {
  expect(answer.status).toBe(status);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(JSON.parse(answer.text)).toMatchObject({ jsonrpc: '2.0', id: null, error: { data: { reason, retry: true } } });
}

const holds = (bytes: number) => eventually(() => heldBytes() === bytes, `${bytes} bytes to be held, not ${heldBytes()}`);
const heldBytes = () => Number(/held_body_bytes (\d+)/.exec(fixture.router.metrics())?.[1]);

describe('bodies that arrive slowly', () => {
  it('are refused with 408 when their time is up, and nothing of them is kept', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const instance = await start({ timing: { bodyTimeoutMs: 100 } });
    const answer = answerTo(beginPost(instance, 1_000));
    await holds(1_000);
    vi.advanceTimersByTime(100);
    expectRefusal(await answer, 408, 'body_timed_out');
    await holds(0);
    expect((await post(fixture.url(instance, 'mcp'), instance.token, toolCall(1))).status).toBe(200);
  });

  it('do not cost more memory than is counted where they come in single bytes', async () => {
    const instance = await start({ limits: { maxBodyBytes: 100_000 } });
    const request = beginPost(instance, 1);
    request.setNoDelay(true);
    for (let byte = 0; byte < 2_000; byte += 1) request.write('[');
    await eventually(() => heldBytes() >= 2_001, 'the bytes to arrive');
    expect(heldBytes()).toBeLessThanOrEqual(100_000);
  });
});

describe('bodies that are many', () => {
  const limits = { maxBodyBytes: 100_000, maxBodyBytesPerToken: 250_000, maxBodyBytesHeld: 450_000 };

  it('are refused with 429 beyond the share of their token, which others do not feel', async () => {
    const instance = await start({ limits });
    const other = fixture.addToken(instance).token;
    for (let each = 0; each < 2; each += 1) beginPost(instance, 90_000);
    await eventually(() => heldBytes() >= 180_000, 'two bodies');
    expectRefusal(await answerTo(beginPost(instance, 90_000)), 429, 'too_much_at_once');
    const url = fixture.url(instance, 'mcp');
    expect((await post(url, other, { ...toolCall(1), padding: 'x'.repeat(90_000) })).status).toBe(200);
    for (const request of requests.splice(0)) request.destroy();
    await holds(0);
    expect((await post(url, instance.token, { ...toolCall(1), padding: 'x'.repeat(90_000) })).status).toBe(200);
  });

  it('are refused with 503 beyond what the router holds in all', async () => {
    const instance = await start({ limits });
    for (let each = 0; each < 4; each += 1) beginPost(instance, 90_000, fixture.addToken(instance).token);
    await eventually(() => heldBytes() >= 360_000, 'four bodies');
    expectRefusal(await answerTo(beginPost(instance, 95_000)), 503, 'gateway_busy');
    expect((await post(fixture.url(instance, 'mcp'), instance.token, toolCall(1))).status).toBe(200);
  });

  it('are counted until the instance answers, and not longer', async () => {
    fixture = await startRouter();
    let finish = () => {};
    const instance = await fixture.addInstance((_request, response) => {
      finish = () => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.write(': open\n\n');
      };
    });
    const request = httpRequest(fixture.url(instance, 'mcp'), {
      method: 'POST',
      agent: false,
      headers: { Authorization: `Bearer ${instance.token}`, 'Content-Type': 'application/json' },
    });
    request.on('error', () => {});
    requests.push(request);
    // One that is made again when its process dies is kept for that until its answer is whole.
    const body = JSON.stringify({ ...toolCall(1, writingTool), padding: 'x'.repeat(5_000) });
    request.end(body);
    await eventually(() => instance.seen.length === 1, 'the request to arrive');
    expect(heldBytes()).toBe(body.length);
    finish();
    await holds(0);
  });
});

describe('open POSTs of one token', () => {
  it('are refused with 429 beyond their number, and let in again when some have ended', async () => {
    const instance = await start({ limits: { maxPostsPerToken: 3 } });
    const other = fixture.addToken(instance).token;
    const url = fixture.url(instance, 'mcp');
    for (let each = 0; each < 3; each += 1) beginPost(instance, 10);
    await holds(30);
    expectRefusal(await post(url, instance.token, toolCall(1)), 429, 'too_many_requests');
    expect((await post(url, other, toolCall(1))).status).toBe(200);
    requests.shift()?.destroy();
    await holds(20);
    for (let each = 0; each < 5; each += 1) expect((await post(url, instance.token, toolCall(1))).status).toBe(200);
  });
});
