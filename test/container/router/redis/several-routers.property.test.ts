import type { OutgoingHttpHeaders } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { propertyLimits } from '../../../property-limits.ts';
import { collect, eventually, open, post, toolCall } from '../fixture.ts';
import { type FakeProcess, startProcess } from '../http-sse/fake-process.ts';
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts';
import { isAway, isThere, type RedisFault, type SharedRouter, SharedRouters } from './shared-routers.ts';

const count = 3;
const version = '2025-11-25';
/** What clients send with each request once they have initialized. */
const initialized = { 'mcp-protocol-version': version };
type Collected = ReturnType<typeof collect>;

type Step =
  | { kind: 'say'; at: number }
  /** The client's connection is cut, and it opens its stream there. Does it say what it got last? */
  | { kind: 'return'; at: number; isNamed: boolean }
  | { kind: 'redis'; of: number; isThere: boolean }
  | { kind: 'pause'; milliseconds: number };

const router = fc.nat({ max: count - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('say' as const), at: router }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('return' as const), at: router, isNamed: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('redis' as const), of: router, isThere: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pause' as const), milliseconds: fc.nat({ max: 60 }) }) },
);

/** A client of HTTP+SSE that comes back wherever the load balancer sends it, and says what it got last, or only that it is back. */
class WanderingClient {
  readonly #url: (at: number, door: string) => string;
  readonly #token: string;
  /** Sessions without a stream, at all routers together. */
  readonly #parked: () => number;
  readonly #streams: Collected[] = [];
  #isAlwaysNamed = true;
  #query = '';
  #stream: (Collected & { cut(): void }) | undefined;
  readonly accepted: Promise<number | undefined>[] = [];

  constructor(url: (at: number, door: string) => string, token: string, parked: () => number) {
    this.#url = url;
    this.#token = token;
    this.#parked = parked;
  }

  async begin(at: number): Promise<void> {
    await this.#open(at, {});
    const params = { protocolVersion: version, capabilities: {}, clientInfo: { name: 'wanderer', version: '1' } };
    const url = this.#url(at, 'messages') + this.#query;
    await post(url, this.#token, { jsonrpc: '2.0', id: 'first', method: 'initialize', params });
    await this.#stream?.waitFor('"id":"first"');
  }

  async comeBack(at: number, isNamed: boolean): Promise<void> {
    // Before any client comes back, the routers have heard of where it was before.
    await eventually(() => this.#parked() === 0, 'the routers to hand over what they have for the client');
    const lastId = [...(this.#stream?.text ?? '').matchAll(/^id: (\S+)\n(?:.+\n)*\n/gm)].at(-1)?.[1];
    this.#stream?.cut();
    if (!isNamed) await eventually(() => this.#parked() > 0, 'the cut to be noticed');
    this.#isAlwaysNamed &&= isNamed;
    await this.#open(at, { ...initialized, ...(isNamed && lastId !== undefined ? { 'Last-Event-ID': lastId } : {}) });
  }

  async #open(at: number, headers: OutgoingHttpHeaders): Promise<void> {
    const connection = new AbortController();
    const stream = collect(await open(this.#url(at, 'sse'), { token: this.#token, headers, signal: connection.signal }));
    await stream.waitFor('data: /');
    this.#stream = Object.assign(stream, { cut: () => connection.abort() });
    this.#streams.push(stream);
    this.#query = new URL(/data: (\S+)/.exec(stream.text)?.[1] ?? '', 'http://router').search;
  }

  say(at: number): void {
    const id = this.accepted.length + 1;
    const sent = post(this.#url(at, 'messages') + this.#query, this.#token, toolCall(id), initialized);
    this.accepted.push(sent.then(({ status }) => (status === 202 ? id : undefined)));
  }

  get answered(): Set<number> {
    return new Set(this.#streams.flatMap(answeredOn));
  }

  /** Requests that were answered more often than they may be: one that does not say what it has got may get it again when it is back. */
  get answeredTwice(): number[] {
    const together = this.#isAlwaysNamed ? [this.#streams.flatMap(answeredOn)] : this.#streams.map(answeredOn);
    return together.flatMap((ids) => ids.filter((id, index) => ids.indexOf(id) !== index));
  }

  close(): void {
    this.#stream?.cut();
  }
}

function answeredOn({ text }: Collected): number[] {
  return Array.from(text.matchAll(/"id":(\d+),"(?:result|error)"/g), ([, id]) => Number(id));
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

  const parked = () => all.reduce((sum, { router }) => sum + Number(/parked_sessions (\d+)/.exec(router.metrics())?.[1]), 0);

  function setRedis(of: number, fault: RedisFault): void {
    const router = all[of];
    if (router !== undefined) router.redisFault = fault;
  }

  it('answer once whatever they have accepted, wherever it was said, the client comes back, and whether Redis is there', async () => {
    const run = async (steps: readonly Step[]) => {
      const [first] = all;
      if (first === undefined) throw new Error('they were started');
      const instance = await first.addInstance();
      const { id: instanceId, workspaceId, token, tokenId } = instance;
      first.routes.set(instanceId, { instanceId, workspaceId, address: process.address, accessToken: process.accessToken });
      const client = new WanderingClient((at, door) => `${all[at]?.base}/i/${instanceId}/${door}`, token, parked);
      await client.begin(0);
      for (const each of steps) {
        if (each.kind === 'say') client.say(each.at);
        else if (each.kind === 'return') await client.comeBack(each.at, each.isNamed);
        else if (each.kind === 'redis') setRedis(each.of, each.isThere ? isThere : isAway);
        else await new Promise((resolve) => setTimeout(resolve, each.milliseconds));
      }
      for (const each of all) each.redisFault = isThere;
      const accepted = (await Promise.all(client.accepted)).filter((id) => id !== undefined);
      await expect.poll(() => accepted.filter((id) => !client.answered.has(id)), { timeout: 15_000 }).toEqual([]);
      expect(client.answeredTwice).toEqual([]);
      client.close();
      for (const { router } of all) router.revokeToken(tokenId);
      await eventually(() => parked() === 0, 'the session to be forgotten');
      await instance.kill();
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 15 }), run), {
      numRuns: 8,
      ...propertyLimits(120_000),
    });
  }, 130_000);
});
