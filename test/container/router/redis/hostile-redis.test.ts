import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { ImpatientRedis } from '../../../../container/router/redis/impatient-redis.ts';
import { RedisSessionHolder } from '../../../../container/router/redis/redis-session-holder.ts';
import type { SessionRecord } from '../../../../container/router/sessions/session-record.ts';
import { listen, stop } from '../fixture.ts';

const record: SessionRecord = {
  ...{ id: 's1', instanceId: 'ins_1', workspaceId: 'ws_1', transport: 'http-sse', createdAt: Date.now(), initialized: true },
};
const request = {
  method: 'POST',
  url: '/i/ins_1/messages?sessionId=s1',
  headers: { authorization: 'Bearer canary-token', 'content-type': 'application/json' },
} as unknown as IncomingMessage;

/** Just enough of a Redis, whose content anybody can change who gets at it. */
function fakeRedis() {
  const content = new Map<string, string>();
  const redis = new ImpatientRedis(
    {
      sendCommand: async ([command, key = '', value = '']) => {
        if (command === 'GET') return content.get(key) ?? null;
        if (command === 'SET') content.set(key, value);
        if (command === 'DEL') content.delete(key);
        return 'OK';
      },
    },
    () => {},
  );
  return { content, redis };
}

async function twoHolders() {
  const { content, redis } = fakeRedis();
  const key = randomBytes(32);
  const one = new RedisSessionHolder({ redis, key, routerId: 'one', answerTimeoutMs: 20_000, questionMs: 20_000 });
  const two = new RedisSessionHolder({ redis, key, routerId: 'two', answerTimeoutMs: 20_000, questionMs: 20_000 });
  const got: (string | undefined)[] = [];
  await two.listen((forwarded, response) => {
    got.push(forwarded.headers.authorization);
    response.writeHead(202).end();
  }, '127.0.0.1');
  two.hold('s1');
  return { content, one, two, got };
}

it('a message goes to the router that holds the stream', async () => {
  const { one, two, got } = await twoHolders();
  expect((await one.forward(record, { request, body: Buffer.from('{}') }))?.status).toBe(202);
  expect(got).toEqual(['Bearer canary-token']);
  await two.close();
});

it.each(['another address', 'the address of another router', 'no JSON', 'an address without a signature'])(
  'no message, and no token with it, goes where somebody else than a router leads it: %s',
  async (what) => {
    const { content, one, two } = await twoHolders();
    const stolen: unknown[] = [];
    const thief = await listen((taken, response) => {
      stolen.push(taken.headers.authorization);
      response.writeHead(202).end();
    });
    const key = 'smartlead-mcp:router:two';
    const honest = JSON.parse(content.get(key) ?? '{}');
    if (what === 'another address') content.set(key, JSON.stringify({ ...honest, url: thief.address }));
    else if (what === 'no JSON') content.set(key, '{');
    else if (what === 'an address without a signature') content.set(key, JSON.stringify({ url: thief.address, secret: 'x' }));
    else {
      // What one router said of itself holds for no other name.
      content.set('smartlead-mcp:router:three', content.get(key) ?? '');
      for (const name of content.keys()) if (name.startsWith('smartlead-mcp:holder:')) content.set(name, 'three');
    }
    expect(await one.forward(record, { request, body: Buffer.from('{}') })).toBeUndefined();
    expect(stolen).toEqual([]);
    await two.close();
    await stop(thief.server);
  },
);
