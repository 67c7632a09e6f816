import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RouterOptions } from '../../../../container/router/options.ts';
import { collect, eventually, open, post, type RouterFixture, startRouter, toolCall } from '../fixture.ts';
import { addFakeInstance, type FakeInstance, type FakeProcess, startProcess } from './fake-process.ts';
import { RawClient } from './raw-client.ts';

const read = 'campaigns_get_all';

let fixture: RouterFixture;
let instance: FakeInstance;
let process: FakeProcess;
let descriptionsAsked: number;

async function start(options: Partial<RouterOptions> = {}): Promise<void> {
  descriptionsAsked = 0;
  fixture = await startRouter({
    instances: {
      describe: async (instanceId) => {
        descriptionsAsked += 1;
        return fixture.descriptions.get(instanceId);
      },
    },
    waker: { wake: () => {} },
    ...options,
    // A loaded machine takes its time to open a session at an instance.
    timing: { arrivalWaitMs: 20_000, ...options.timing },
  });
  instance = addFakeInstance(fixture);
}

beforeEach(async () => {
  process = await startProcess({ answersCalls: true });
});
afterEach(async () => {
  await fixture.close();
  await process.kill();
});

const streams = () => fixture.router.activity(instance.id).streams;

describe('a stream that is opened', () => {
  it('is the router’s alone: its instance hears of the session with the first message', async () => {
    await start();
    instance.runAs(process);
    const client = await new RawClient(fixture.base, instance).connect();
    // Nobody needs an instance to be told that the connection is alive.
    await client.send({ id: 'p', method: 'ping' });
    expect(await client.waitForAnswer('p')).toMatchObject({ result: {} });
    expect([process.opened, process.received]).toEqual([0, []]);
    await client.handshake();
    await client.call(1, read);
    expect(await client.waitForAnswer(1)).toMatchObject({ result: { said: read, by: client.session } });
    expect(process.opened).toBe(1);
  });

  it('and left without a word costs its instance nothing', async () => {
    await start();
    instance.runAs(process);
    for (const _ of Array.from({ length: 20 })) (await new RawClient(fixture.base, instance).connect()).cut();
    await eventually(() => streams() === 0, 'the streams to be closed');
    expect([process.opened, process.received]).toEqual([0, []]);
    expect(fixture.router.metrics()).toContain('parked_sessions 0\n');
  });

  it('while its instance is slow to open the session: what the client says meanwhile waits in order', async () => {
    await start();
    let opened: ServerResponse | undefined;
    const slow = await fixture.addInstance((request, response) => {
      if (request.method === 'GET') opened = response;
      else response.writeHead(202).end('Accepted');
    });
    const stream = collect(await open(fixture.url(slow, 'sse'), { token: slow.token }));
    await stream.waitFor('endpoint');
    const endpoint = fixture.base + (/data: (\S+)/.exec(stream.text)?.[1] ?? '');
    for (const id of [1, 2, 3, 4, 5]) expect((await post(endpoint, slow.token, toolCall(id))).status).toBe(202);
    await eventually(() => opened !== undefined, 'the session to be opened at the instance');
    expect(slow.seen.map(({ url }) => url)).toEqual(['/sse']);
    opened?.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('event: endpoint\ndata: /messages?sessionId=s\n\n');
    await eventually(() => slow.seen.length === 6, 'the messages to arrive');
    expect(slow.seen.slice(1).map(({ body }) => JSON.parse(body).id)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('a thousand streams that are opened', () => {
  const limits = { maxStreamsPerToken: 2_000 };

  async function openThousand(): Promise<void> {
    let left = 1_000;
    const opener = async () => {
      while (left > 0) {
        left -= 1;
        expect((await new RawClient(fixture.base, instance).connect()).status).toBe(200);
      }
    };
    await Promise.all(Array.from({ length: 100 }, opener));
    expect(streams()).toBe(1_000);
  }

  it('at an instance that is there: its route is looked up once, and it gets no connection', async () => {
    await start({ limits, timing: { lookUpMaxAgeMs: 60_000, descriptionMaxAgeMs: 60_000 } });
    instance.runAs(process);
    await openThousand();
    expect([fixture.lookUps.routes, descriptionsAsked]).toEqual([1, 0]);
    expect(process.opened).toBe(0);
  }, 90_000);

  it('at one that sleeps: few look-ups, and nobody wakes it', async () => {
    const woken: string[] = [];
    await start({
      limits,
      timing: { lookUpMaxAgeMs: 60_000, descriptionMaxAgeMs: 60_000 },
      waker: { wake: (instanceId) => void woken.push(instanceId) },
    });
    instance.leave('sleeping');
    await openThousand();
    expect(descriptionsAsked).toBe(1);
    // That it has no route is not remembered, but until its description is there only those ask that come in that moment.
    expect(fixture.lookUps.routes).toBeLessThan(10);
    expect(woken).toEqual([]);
  }, 90_000);
});

describe('a stream is refused, and no instance asked,', () => {
  it.each([
    ['is stopped', 'stopped', 503, 'instance_stopped'],
    ['does not exist any more', undefined, 404, 'instance_not_found'],
  ] as const)('where its instance %s', async (_name, status, expected, reason) => {
    await start();
    instance.runAs(process);
    if (status === undefined) fixture.routes.delete(instance.id);
    else instance.leave(status);
    fixture.router.instanceGone(instance.id);
    const answer = await fetch(`${fixture.base}/i/${instance.id}/sse`, {
      headers: { Authorization: `Bearer ${instance.token}` },
    });
    expect(answer.status).toBe(expected);
    expect(await answer.json()).toMatchObject({ error: { data: { reason } } });
    expect(process.opened).toBe(0);
  });

  it('where it slept a moment ago and was stopped', async () => {
    await start({ timing: { lookUpMaxAgeMs: 60_000, descriptionMaxAgeMs: 60_000 } });
    instance.leave('sleeping');
    expect((await new RawClient(fixture.base, instance).connect()).status).toBe(200);
    instance.leave('stopped');
    expect((await new RawClient(fixture.base, instance).connect()).status).toBe(503);
  });

  it('where it runs for stdio bridges alone, from its restart on', async () => {
    await start({ timing: { lookUpMaxAgeMs: 60_000, descriptionMaxAgeMs: 60_000 } });
    instance.runAs(process, 'both');
    expect((await new RawClient(fixture.base, instance).connect()).status).toBe(200);
    instance.runAs(process, 'stdio');
    expect((await new RawClient(fixture.base, instance).connect()).status).toBe(404);
    expect(process.opened).toBe(0);
  });
});
