import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { propertyLimits } from '../../../property-limits.ts';
import { collect, open, post, toolCall } from '../fixture.ts';
import { type FakeProcess, startProcess } from '../http-sse/fake-process.ts';
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts';
import { isAway, isThere, type RedisFault, type SharedRouter, SharedRouters } from './shared-routers.ts';

const count = 3;
const returnMs = 100;
type Step =
  | { kind: 'say'; at: number }
  /** The client's connection is cut, and it opens its stream there, saying what it got last. */
  | { kind: 'return'; at: number }
  | { kind: 'redis'; of: number; isThere: boolean }
  | { kind: 'pause'; milliseconds: number };

const router = fc.nat({ max: count - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('say' as const), at: router }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('return' as const), at: router }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('redis' as const), of: router, isThere: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pause' as const), milliseconds: fc.nat({ max: 60 }) }) },
);

/** A client of HTTP+SSE that comes back wherever the load balancer sends it, and says what it got last. */
class WanderingClient {
  readonly #url: (at: number, door: string) => string;
  readonly #token: string;
  readonly #texts: (() => string)[] = [];
  #query = '';
  #stream: { cut(): void; text(): string } | undefined;
  readonly accepted: Promise<number | undefined>[] = [];

  constructor(url: (at: number, door: string) => string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async open(at: number): Promise<void> {
    // Less than any client waits before it comes back, and enough for the routers to hear of where it was before.
    if (this.#stream !== undefined) await new Promise((resolve) => setTimeout(resolve, returnMs));
    const lastId = [...(this.#stream?.text() ?? '').matchAll(/^id: (\S+)\n(?:.+\n)*\n/gm)].at(-1)?.[1];
    this.#stream?.cut();
    const connection = new AbortController();
    const headers = lastId === undefined ? {} : { 'Last-Event-ID': lastId };
    const stream = collect(await open(this.#url(at, 'sse'), { token: this.#token, headers, signal: connection.signal }));
    await stream.waitFor('data: /');
    this.#stream = { cut: () => connection.abort(), text: () => stream.text };
    this.#texts.push(() => stream.text);
    this.#query = new URL(/data: (\S+)/.exec(stream.text)?.[1] ?? '', 'http://router').search;
  }

  say(at: number): void {
    const id = this.accepted.length + 1;
    const sent = post(this.#url(at, 'messages') + this.#query, this.#token, toolCall(id));
    this.accepted.push(sent.then(({ status }) => (status === 202 ? id : undefined)));
  }

  /** How often each request was answered. */
  answers(): Map<number, number> {
    const found = new Map<number, number>();
    for (const [, id] of this.#texts
      .map((text) => text())
      .join('')
      .matchAll(/"id":(\d+),"(?:result|error)"/g))
      found.set(Number(id), (found.get(Number(id)) ?? 0) + 1);
    return found;
  }

  close(): void {
    this.#stream?.cut();
  }
}

describe.skipIf(!hasRedis)('several routers (skipped where redis-server is missing)', () => {
  let redis: RedisServer;
  let routers: SharedRouters;
  let all: SharedRouter[];
  let process: FakeProcess;
  beforeAll(async () => {
    redis = await startRedis();
    routers = new SharedRouters(redis);
    all = [];
    for (let each = 0; each < count; each += 1) all.push(await routers.start(`router-${each}`, { searchMs: 300 }));
    for (const each of all) await each.beat();
    process = await startProcess({ answersCalls: true, callMs: 20 });
  });
  afterAll(async () => {
    await routers.close();
    await process.kill();
    await redis.kill();
  });

  function setRedis(of: number, fault: RedisFault): void {
    const router = all[of];
    if (router !== undefined) router.redisFault = fault;
  }

  it('answer once whatever they have accepted, wherever it was said, the client comes back, and whether Redis is there', async () => {
    const run = async (steps: readonly Step[]) => {
      const [first] = all;
      if (first === undefined) throw new Error('they were started');
      const instance = await first.addInstance();
      const { id: instanceId, workspaceId, token } = instance;
      first.routes.set(instanceId, { instanceId, workspaceId, address: process.address, accessToken: process.accessToken });
      const client = new WanderingClient((at, door) => `${all[at]?.base}/i/${instanceId}/${door}`, token);
      await client.open(0);
      for (const each of steps) {
        if (each.kind === 'say') client.say(each.at);
        else if (each.kind === 'return') await client.open(each.at);
        else if (each.kind === 'redis') setRedis(each.of, each.isThere ? isThere : isAway);
        else await new Promise((resolve) => setTimeout(resolve, each.milliseconds));
      }
      for (const each of all) each.redisFault = isThere;
      const accepted = (await Promise.all(client.accepted)).filter((id) => id !== undefined);
      await expect.poll(() => accepted.filter((id) => !client.answers().has(id)), { timeout: 5_000 }).toEqual([]);
      expect([...client.answers()].filter(([, times]) => times > 1)).toEqual([]);
      client.close();
      await instance.kill();
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 15 }), run), {
      numRuns: 8,
      ...propertyLimits(60_000),
    });
  }, 70_000);
});
