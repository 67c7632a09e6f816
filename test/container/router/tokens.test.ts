import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBearerToken, hashBearerToken } from '../../../core/bearer-token.ts';
import { createIdentifier } from '../../../core/identifiers.ts';
import {
  collect,
  eventually,
  type InstanceFixture,
  open,
  post,
  type RouterFixture,
  send,
  startRouter,
  toolCall,
} from './fixture.ts';

describe('tokens', () => {
  let fixture: RouterFixture;
  let instance: InstanceFixture;
  beforeEach(async () => {
    fixture = await startRouter();
    instance = await fixture.addInstance();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await fixture.close();
  });

  const refusal = (reason: string) => ({ jsonrpc: '2.0', id: null, error: { code: -32000, data: { reason, retry: false } } });

  it('opens with Authorization: Bearer in any case, and with X-API-Key', async () => {
    const url = fixture.url(instance, 'mcp');
    for (const headers of [
      { Authorization: `Bearer ${instance.token}` },
      { Authorization: `bearer  ${instance.token}` },
      { 'X-API-Key': instance.token },
      { Authorization: 'Basic YTpi', 'X-API-Key': instance.token },
    ]) {
      expect((await post(url, undefined, toolCall(1), headers)).status).toBe(200);
    }
  });

  it('refuses a missing, malformed, unknown and expired token with 401, a challenge and the reason', async () => {
    const url = fixture.url(instance, 'mcp');
    const good = instance.token;
    const cases: [string | undefined, string][] = [
      [undefined, 'token_missing'],
      ['', 'token_missing'],
      [good.slice(0, -1), 'token_malformed'],
      [good.slice(0, -1) + (good.endsWith('0') ? '1' : '0'), 'token_malformed'],
      [createBearerToken('platform'), 'token_malformed'],
      [createBearerToken('instance'), 'token_unknown'],
      [fixture.addToken(instance, new Date(Date.now() - 1_000).toISOString()).token, 'token_expired'],
    ];
    for (const [token, reason] of cases) {
      const answer = await post(url, token === '' ? undefined : token, toolCall(1));
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toMatch(
        reason === 'token_missing' ? /^Bearer realm="Smartlead MCP"$/ : /^Bearer realm="Smartlead MCP", error="invalid_token"/,
      );
      expect(JSON.parse(answer.text)).toMatchObject(refusal(reason));
      if (token !== undefined && token !== '') expect(answer.text + JSON.stringify(answer.headers)).not.toContain(token);
    }
    expect(instance.seen).toEqual([]);
  });

  it('does not look a malformed token up', async () => {
    await post(fixture.url(instance, 'mcp'), `${instance.token.slice(0, -1)}!`, toolCall(1));
    expect(fixture.lookUps.tokens).toBe(0);
  });

  it('cannot tell an instance of somebody else from one that does not exist', async () => {
    const stranger = await fixture.addInstance();
    const sibling = await fixture.addInstance(undefined, instance.workspaceId);
    const nobody = { ...stranger, id: createIdentifier('instance') };
    const answers = [];
    for (const target of [stranger, sibling, nobody, { ...stranger, id: 'x' }]) {
      const { status, text, headers } = await post(fixture.url(target, 'mcp'), instance.token, toolCall(1));
      answers.push({ status, text, names: Object.keys(headers).sort() });
    }
    expect(answers[0]).toMatchObject({ status: 404 });
    expect(JSON.parse(answers[0]?.text ?? '')).toMatchObject({ error: { code: -32001, data: { reason: 'instance_not_found' } } });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect([...stranger.seen, ...sibling.seen]).toEqual([]);
  });

  it('refuses a token whose route belongs to another workspace', async () => {
    const route = fixture.routes.get(instance.id);
    if (route !== undefined) fixture.routes.set(instance.id, { ...route, workspaceId: createIdentifier('workspace') });
    const answer = await post(fixture.url(instance, 'mcp'), instance.token, toolCall(1));
    expect(answer.status).toBe(404);
    expect(instance.seen).toEqual([]);
  });

  it.each(['token', 'access_token', 'api_key', 'API_KEY', 'key', '%74oken'])(
    'refuses a credential in the query as %s',
    async (name) => {
      const answer = await post(`${fixture.url(instance, 'mcp')}?${name}=${instance.token}`, instance.token, toolCall(1));
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text)).toMatchObject({ error: { data: { reason: 'token_in_url' } } });
      expect(answer.text).not.toContain(instance.token);
    },
  );

  it('refuses a token in any parameter of the query', async () => {
    const answer = await post(`${fixture.url(instance, 'messages')}?sessionId=${instance.token}`, instance.token, toolCall(1));
    expect(JSON.parse(answer.text)).toMatchObject({ error: { data: { reason: 'token_in_url' } } });
  });

  it('asks the directory once for many requests at once and in quick succession', async () => {
    const remembering = await startRouter({ timing: { lookUpMaxAgeMs: 60_000, tokenRecheckMs: 60_000 } });
    const asked = await remembering.addInstance();
    const url = remembering.url(asked, 'mcp');
    await Promise.all(Array.from({ length: 20 }, () => post(url, asked.token, toolCall(1))));
    expect(remembering.lookUps).toEqual({ tokens: 1, routes: 1 });
    const unknown = createBearerToken('instance');
    for (let index = 0; index < 5; index += 1) expect((await post(url, unknown, toolCall(1))).status).toBe(401);
    expect(remembering.lookUps.tokens).toBe(2);
    await remembering.close();
  });

  it('notices within half a second that a token was deleted or created', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const url = fixture.url(instance, 'mcp');
    const hash = hashBearerToken(instance.token);
    const record = fixture.tokens.get(hash);
    expect((await post(url, instance.token, toolCall(1))).status).toBe(200);
    fixture.tokens.delete(hash);
    vi.advanceTimersByTime(500);
    expect((await post(url, instance.token, toolCall(1))).status).toBe(401);
    if (record !== undefined) fixture.tokens.set(hash, record);
    vi.advanceTimersByTime(500);
    expect((await post(url, instance.token, toolCall(1))).status).toBe(200);
  });

  it('refuses a token at the moment it expires, although its look-up is remembered', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    const expiresAt = Date.now() + 60_000;
    const { token } = fixture.addToken(instance, new Date(expiresAt).toISOString());
    const url = fixture.url(instance, 'mcp');
    vi.setSystemTime(expiresAt - 1);
    expect((await post(url, token, toolCall(1))).status).toBe(200);
    const { tokens: lookUps } = fixture.lookUps;
    vi.setSystemTime(expiresAt);
    expect(JSON.parse((await post(url, token, toolCall(1))).text)).toMatchObject(refusal('token_expired'));
    expect(fixture.lookUps.tokens).toBe(lookUps);
  });

  it('refuses at once what was revoked by push, even where a look-up from before says otherwise', async () => {
    const asked = Promise.withResolvers<void>();
    const revoked = Promise.withResolvers<void>();
    const slow = await startRouter({
      tokens: {
        findByHash: async (hash) => {
          const record = fixture.tokens.get(hash);
          asked.resolve();
          await revoked.promise;
          return record;
        },
      },
      routes: { get: (id) => fixture.routes.get(id) },
      timing: { lookUpTimeoutMs: 20_000 },
    });
    const url = `${slow.base}/i/${instance.id}/mcp`;
    const early = post(url, instance.token, toolCall(1));
    await asked.promise;
    slow.router.revokeToken(instance.tokenId);
    revoked.resolve();
    expect((await early).status).toBe(401);
    expect((await post(url, instance.token, toolCall(1))).status).toBe(401);
    await slow.close();
  });

  it('answers 503 with Retry-After where the directory fails for longer than a known token may go on', async () => {
    let fails = false;
    const failing = await startRouter({
      tokens: {
        findByHash: (hash) => {
          if (fails) throw new Error('connection to 10.0.0.3 refused');
          return fixture.tokens.get(hash);
        },
      },
      routes: { get: async (id) => fixture.routes.get(id) },
      timing: { lookUpMaxAgeMs: 20, lookUpGraceMs: 25, lookUpTimeoutMs: 50 },
    });
    const url = `${failing.base}/i/${instance.id}/mcp`;
    expect((await post(url, instance.token, toolCall(1))).status).toBe(200);
    fails = true;
    await new Promise((resolve) => setTimeout(resolve, 30));
    const answer = await post(url, instance.token, toolCall(1));
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { data: { reason: 'directory_unavailable', retry: true } } });
    expect(answer.text).not.toContain('10.0.0.3');
    expect(failing.errors).toHaveLength(1);
    fails = false;
    expect((await post(url, instance.token, toolCall(1))).status).toBe(200);
    await failing.close();
  });

  describe('while the directory is away', () => {
    let mode: 'works' | 'fails' | 'hangs';
    let away: RouterFixture;
    let url: string;
    let failures: number;
    beforeEach(async () => {
      mode = 'works';
      failures = 0;
      away = await startRouter({
        tokens: {
          findByHash: (hash) => {
            if (mode === 'fails') {
              failures += 1;
              return Promise.reject(new Error('connection refused'));
            }
            if (mode === 'hangs') return new Promise(() => {});
            return Promise.resolve(fixture.tokens.get(hash));
          },
        },
        routes: { get: async (id) => fixture.routes.get(id) },
        timing: { lookUpMaxAgeMs: 10, lookUpTimeoutMs: 20_000 },
      });
      url = `${away.base}/i/${instance.id}/mcp`;
      expect((await post(url, instance.token, toolCall(1))).status).toBe(200);
    });
    afterEach(() => away.close());

    it.each(['fails', 'hangs'] as const)('a token that was known a moment ago goes on: the directory %s', async (how) => {
      mode = how;
      for (let call = 0; call < 3; call += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect((await post(url, instance.token, toolCall(1))).status).toBe(200);
      }
    });

    it('goes on although several look-ups of it fail at once, because it holds a stream and is called with', async () => {
      const busy = await startRouter({
        tokens: {
          findByHash: async (hash) => {
            await new Promise((resolve) => setTimeout(resolve, 15));
            if (mode === 'fails') throw new Error('connection refused');
            return fixture.tokens.get(hash);
          },
        },
        routes: { get: async (id) => fixture.routes.get(id) },
        timing: { lookUpMaxAgeMs: 5, lookUpTimeoutMs: 20_000, tokenRecheckMs: 5 },
      });
      const doors = `${busy.base}/i/${instance.id}`;
      const stream = await fetch(`${doors}/sse`, { headers: { authorization: `Bearer ${instance.token}` } });
      mode = 'fails';
      const statuses: number[] = [];
      for (let call = 0; call < 40; call += 1) {
        statuses.push((await post(`${doors}/mcp`, instance.token, toolCall(1))).status);
        await new Promise((resolve) => setTimeout(resolve, 4));
      }
      expect(new Set(statuses)).toEqual(new Set([200]));
      await stream.body?.cancel();
      await busy.close();
    });

    it('of two look-ups of a token that was never seen, one begun after the other, both wait until the directory is back', async () => {
      const fresh = fixture.addToken(instance);
      mode = 'fails';
      const before = failures;
      const first = post(url, fresh.token, toolCall(1));
      await eventually(() => failures > before, 'the first look-up to fail');
      // Older than a look-up may be that another one shares.
      await new Promise((resolve) => setTimeout(resolve, 20));
      const second = post(url, fresh.token, toolCall(2));
      await eventually(() => failures >= before + 3, 'both to be tried in vain, and again');
      mode = 'works';
      expect([(await first).status, (await second).status]).toEqual([200, 200]);
    });

    it('one that is revoked by push is refused', async () => {
      mode = 'fails';
      away.router.revokeToken(instance.tokenId);
      expect((await post(url, instance.token, toolCall(1))).status).toBe(401);
    });

    it('one that was deleted meanwhile is refused as soon as the directory says so', async () => {
      mode = 'hangs';
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect((await post(url, instance.token, toolCall(1))).status).toBe(200);
      fixture.tokens.delete(hashBearerToken(instance.token));
      mode = 'works';
      await expect.poll(async () => (await post(url, instance.token, toolCall(1))).status).toBe(401);
    });

    it('a token that was never seen waits until the directory is back', async () => {
      const fresh = fixture.addToken(instance);
      mode = 'fails';
      const before = failures;
      const answer = post(url, fresh.token, toolCall(1));
      await eventually(() => failures >= before + 2, 'it to be looked up in vain');
      mode = 'works';
      expect((await answer).status).toBe(200);
    });
  });

  it('gives a directory that hangs up after a while', async () => {
    const hanging = await startRouter({ tokens: { findByHash: () => new Promise(() => {}) }, timing: { lookUpTimeoutMs: 50 } });
    expect((await post(`${hanging.base}/i/${instance.id}/mcp`, instance.token, toolCall(1))).status).toBe(503);
    await hanging.close();
  });

  it('keeps only a bounded number of made-up tokens in mind', async () => {
    const small = await startRouter({ limits: { maxCachedUnknownTokens: 3 } });
    for (let index = 0; index < 10; index += 1) await send(`${small.base}/i/x/mcp`, { token: createBearerToken('instance') });
    expect(small.router.metrics()).toContain('smartlead_mcp_router_cached_tokens 3\n');
    await small.close();
  });

  it('tells of the use of a token at most once a minute', async () => {
    const url = fixture.url(instance, 'mcp');
    for (let index = 0; index < 3; index += 1) await post(url, instance.token, toolCall(1));
    expect(fixture.used).toEqual([instance.tokenId]);
  });
});

describe('tokens that hold a stream open', () => {
  let fixture: RouterFixture;
  let instance: InstanceFixture;
  let upstreamClosed = 0;
  beforeEach(async () => {
    // Open tokens are looked up again at an interval, which passes when a test says so.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
    upstreamClosed = 0;
    fixture = await startRouter();
    instance = await fixture.addInstance((request, response) => {
      if (request.url?.startsWith('/messages') === true) {
        response.writeHead(202).end('Accepted');
        return;
      }
      response.on('close', () => {
        upstreamClosed += 1;
      });
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('event: endpoint\ndata: /messages?sessionId=s1\n\n');
    });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await fixture.close();
  });

  /** The instance hears of an HTTP+SSE session by its first message. */
  async function saySomething(token: string, text: string) {
    const messages = instance.seen.filter(({ method }) => method === 'POST').length;
    expect((await post(fixture.base + (/data: (\S+)/.exec(text)?.[1] ?? ''), token, toolCall(1))).status).toBe(202);
    await eventually(() => instance.seen.filter(({ method }) => method === 'POST').length > messages, 'the message to arrive');
  }

  async function openStream(token: string, door: string, method = 'GET') {
    const stream = collect(
      await open(fixture.url(instance, door), { token, method, ...(method === 'POST' ? { body: toolCall(1) } : {}) }),
    );
    await stream.waitFor('endpoint');
    if (door === 'sse') await saySomething(token, stream.text);
    return stream;
  }

  it('lose all of it at once when revoked by push, by id or by hash', async () => {
    const other = fixture.addToken(instance);
    const streams = [
      await openStream(instance.token, 'sse'),
      await openStream(instance.token, 'mcp'),
      await openStream(instance.token, 'mcp', 'POST'),
    ];
    const kept = await openStream(other.token, 'sse');
    fixture.router.revokeToken(instance.tokenId);
    for (const stream of streams) await stream.waitForEnd();
    await eventually(() => upstreamClosed === 3, 'the instance to see its connections close');
    expect(kept.ended).toBe(false);
    fixture.router.revokeToken(hashBearerToken(other.token));
    await kept.waitForEnd();
  });

  it('lose it within a second when revoked without a push', async () => {
    const stream = await openStream(instance.token, 'sse');
    fixture.tokens.delete(hashBearerToken(instance.token));
    vi.advanceTimersByTime(1_000);
    await stream.waitForEnd();
  });

  it('lose it within a second of their expiry, even while the directory fails', async () => {
    const expiresAt = Date.now() + 60_000;
    const { token } = fixture.addToken(instance, new Date(expiresAt).toISOString());
    const stream = await openStream(token, 'sse');
    fixture.tokens.get = () => {
      throw new Error('down');
    };
    vi.setSystemTime(expiresAt);
    vi.advanceTimersByTime(1_000);
    await stream.waitForEnd();
  });
});
