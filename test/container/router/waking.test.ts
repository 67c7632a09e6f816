import { afterEach, describe, expect, it } from 'vitest';
import { RouterMetrics } from '../../../container/router/metrics.ts';
import { defaultLimits, defaultTiming, type RouterOptions } from '../../../container/router/options.ts';
import type { InstanceDescription, RouteRecord } from '../../../container/router/ports.ts';
import { RouteResolver } from '../../../container/router/route-resolver.ts';
import {
  collect,
  echo,
  eventually,
  type InstanceFixture,
  open,
  post,
  type RouterFixture,
  startRouter,
  toolCall,
} from './fixture.ts';

let fixture: RouterFixture;
afterEach(() => fixture.close());

const asleep: InstanceDescription = { status: 'sleeping', statusReason: 'It sleeps.', nextStep: null };
const running: InstanceDescription = { status: 'running', statusReason: '', nextStep: null };

/** Nobody gives up, or asks again, because the machine stood still for a while. */
const patient = { arrivalWaitMs: 20_000, unroutedWaitMs: 20_000, wakeAgainMs: 60_000 };

/** A router with one sleeping instance; `wakes` notes who was woken. */
async function start(options: Partial<RouterOptions> = {}) {
  const wakes: string[] = [];
  fixture = await startRouter({
    waker: { wake: (instanceId) => void wakes.push(instanceId) },
    ...options,
    timing: { ...patient, arrivalPollMs: 5, lookUpMaxAgeMs: 5, descriptionMaxAgeMs: 5, ...options.timing },
  });
  const instance = await fixture.addInstance();
  const route = fixture.routes.get(instance.id) as RouteRecord;
  sleep(instance);
  return { instance, route, wakes, url: fixture.url(instance, 'mcp') };
}

function sleep(instance: InstanceFixture): void {
  fixture.routes.delete(instance.id);
  fixture.descriptions.set(instance.id, asleep);
}

function comeUp(route: RouteRecord): void {
  fixture.routes.set(route.instanceId, route);
  fixture.descriptions.set(route.instanceId, running);
  fixture.router.instanceCame(route.instanceId);
}

const metric = (name: string) => Number(new RegExp(`router_${name} (\\d+)`).exec(fixture.router.metrics())?.[1]);
const waiting = (count: number) => eventually(() => metric('waiting_requests') === count, `${count} requests to wait`);
const reasonOf = (text: string) => JSON.parse(text).error.data.reason;

it('those that wait go on in the order in which they came', async () => {
  fixture = await startRouter();
  const routes = new Map<string, RouteRecord>();
  const resolver = new RouteResolver({
    ...{ routes, waker: { wake: () => {} }, limits: defaultLimits, timing: { ...defaultTiming, arrivalPollMs: 5 } },
    ...{ instances: { describe: () => asleep }, metrics: new RouterMetrics(), reportError: () => {} },
  });
  const token = { hash: 'h', id: 't', instanceId: 'ins_1', workspaceId: 'ws_1', expiresAt: Number.POSITIVE_INFINITY };
  const order: number[] = [];
  const waits = Array.from({ length: 50 }, (_, index) =>
    Promise.resolve(resolver.resolve(token)).then(() => void order.push(index)),
  );
  routes.set('ins_1', { instanceId: 'ins_1', workspaceId: 'ws_1', address: 'http://127.0.0.1:1', accessToken: 'a' });
  resolver.arrived('ins_1');
  await Promise.all(waits);
  expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index));
});

describe('a sleeping instance', () => {
  it('is woken once for all that ask, and answers them all', async () => {
    const { instance, route, wakes, url } = await start();
    const calls = Array.from({ length: 20 }, (_, id) => post(url, instance.token, toolCall(id)));
    await waiting(20);
    expect(wakes).toEqual([instance.id]);
    comeUp(route);
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect([metric('waits_total'), metric('wakes_total'), metric('waiting_requests')]).toEqual([20, 1, 0]);
  });

  it('is woken again where it still sleeps a while later', async () => {
    const { instance, route, wakes, url } = await start({ timing: { wakeAgainMs: 20 } });
    const call = post(url, instance.token, toolCall(1));
    await eventually(() => wakes.length >= 3, 'it to be woken again');
    comeUp(route);
    expect((await call).status).toBe(200);
  });

  it('is waited for although the waker fails at first', async () => {
    let asked = 0;
    const wake = () => {
      asked += 1;
      return asked === 1 ? Promise.reject(new Error('busy')) : Promise.resolve();
    };
    const { instance, route, url } = await start({ waker: { wake }, timing: { wakeAgainMs: 10 } });
    const call = post(url, instance.token, toolCall(1));
    await eventually(() => asked >= 2, 'the second try');
    comeUp(route);
    expect((await call).status).toBe(200);
    expect(fixture.errors).toHaveLength(1);
  });

  it('is refused with a time to come back where it does not wake in time', async () => {
    const { instance, url } = await start({ timing: { arrivalWaitMs: 50 } });
    const answer = await post(url, instance.token, toolCall(1));
    expect(answer.status).toBe(503);
    expect(reasonOf(answer.text)).toBe('instance_sleeping');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('is refused at once where nobody can wake it', async () => {
    fixture = await startRouter({ timing: { arrivalWaitMs: 60_000 } });
    const instance = await fixture.addInstance();
    sleep(instance);
    expect(reasonOf((await post(fixture.url(instance, 'mcp'), instance.token, toolCall(1))).text)).toBe('instance_sleeping');
  });

  it('is not woken by a standing stream', async () => {
    const { instance, wakes } = await start();
    const stream = collect(await open(fixture.url(instance, 'sse'), { token: instance.token }));
    await stream.waitFor('endpoint');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(wakes).toEqual([]);
    expect(stream.ended).toBe(false);
  });

  it('is not waited for any more by a client that left', async () => {
    const { instance, url } = await start();
    const controller = new AbortController();
    const call = open(url, { method: 'POST', token: instance.token, body: toolCall(1), signal: controller.signal });
    await waiting(1);
    controller.abort();
    await expect(call).rejects.toThrow();
    await waiting(0);
  });

  it('keeps a bounded number of requests waiting for a token, and for itself', async () => {
    const { instance, route, url } = await start({ limits: { maxWaitingPerToken: 2, maxWaitingPerInstance: 3 } });
    const other = fixture.addToken(instance).token;
    const calls = [instance.token, instance.token, other].map((token, id) => post(url, token, toolCall(id)));
    await waiting(3);
    const ofInstance = await post(url, other, toolCall(7));
    expect([ofInstance.status, reasonOf(ofInstance.text)]).toEqual([503, 'too_many_waiting']);
    comeUp(route);
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200]);
    sleep(instance);
    fixture.router.instanceGone(instance.id);
    const more = [1, 2].map((id) => post(url, instance.token, toolCall(id)));
    await waiting(2);
    const ofToken = await post(url, instance.token, toolCall(8));
    expect([ofToken.status, reasonOf(ofToken.text)]).toEqual([429, 'too_many_waiting']);
    comeUp(route);
    await Promise.all(more);
  });
});

describe('an instance that seems to run but has no route', () => {
  it('is waited for: its process may have died a moment ago', async () => {
    const { instance, route, url } = await start();
    fixture.descriptions.set(instance.id, running);
    const call = post(url, instance.token, toolCall(1));
    await waiting(1);
    comeUp(route);
    expect((await call).status).toBe(200);
  });

  it('is refused where that lasts', async () => {
    const { instance, url } = await start({ timing: { unroutedWaitMs: 30 } });
    fixture.descriptions.set(instance.id, running);
    expect(reasonOf((await post(url, instance.token, toolCall(1))).text)).toBe('instance_running');
  });
});

describe('an instance whose process is dead but still has its route', () => {
  it('is waited for until it is replaced', async () => {
    const { instance, route, url } = await start();
    comeUp(route);
    expect((await post(url, instance.token, toolCall(0))).status).toBe(200);
    await instance.kill();
    const call = post(url, instance.token, toolCall(1));
    await waiting(1);
    const successor = await fixture.addInstance(echo, instance.workspaceId);
    const { address, accessToken } = fixture.routes.get(successor.id) as RouteRecord;
    comeUp({ ...route, address, accessToken });
    expect((await call).status).toBe(200);
    expect(successor.seen).toHaveLength(1);
  });

  it('is waited for through failures of the directories', async () => {
    let isDown = false;
    let failures = 0;
    const { instance, route, url } = await start({
      instances: {
        describe: async (instanceId) => {
          if (isDown) {
            failures += 1;
            throw new Error('down');
          }
          return fixture.descriptions.get(instanceId);
        },
      },
    });
    const call = post(url, instance.token, toolCall(1));
    await waiting(1);
    isDown = true;
    await eventually(() => failures >= 2, 'the directory to be asked in vain');
    expect(metric('waiting_requests')).toBe(1);
    comeUp(route);
    expect((await call).status).toBe(200);
  });
});
