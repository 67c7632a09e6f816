import { expect, it } from 'vitest';
import { createInstance, createKey, createRunningInstance, problemOf, signUp, tokenFor } from '../api-client.ts';

async function followers() {
  const context = await createRunningInstance();
  const follow = (signal: AbortSignal, token = context.owner.token, instanceId = context.instanceId) =>
    context.api.call('GET', `/v1/instances/${instanceId}/logs?follow=true`, { token, context: { streaming: true, signal } });
  const clients = Array.from({ length: 20 }, () => new AbortController());
  const answers = [];
  for (const { signal } of clients) answers.push(await follow(signal));
  expect(answers.map(({ status }) => status)).toEqual(clients.map(() => 200));
  return { ...context, follow, clients, answers };
}
const stays = new AbortController().signal;

it('more open log streams than a workspace may have; another workspace is not held up', async () => {
  const { api, follow } = await followers();
  const answer = await follow(stays);
  expect([answer.status, problemOf(answer)]).toEqual([409, 'limit-reached']);
  const other = await signUp(api, 'bob@example.com');
  const instanceId = await createInstance(api, other.token, await createKey(api, other.token));
  expect((await follow(stays, other.token, instanceId)).status).toBe(200);
});

it.each(['left before it read', 'left while it read', 'ended by itself', 'outlived its time'])(
  'a stream whose reader %s gives its place back, once',
  async (how) => {
    const { platform, owner, follow, clients, answers } = await followers();
    const chunks = answers[0]?.stream?.[Symbol.asyncIterator]();
    if (how !== 'left before it read' && how !== 'outlived its time') await chunks?.next();
    if (how === 'ended by itself') await chunks?.return?.();
    if (how.startsWith('left')) clients[0]?.abort();
    if (how === 'left while it read') expect((await chunks?.next())?.done).toBe(true);
    if (how === 'outlived its time') platform.clock.advance(15 * 60_000);
    const token = await tokenFor(platform, owner.workspaceId, 'viewer');
    expect((await follow(stays, token)).status).toBe(200);
    if (how !== 'outlived its time') expect((await follow(stays, token)).status).toBe(409);
    for (const answer of answers) await answer.stream?.[Symbol.asyncIterator]().return?.(undefined);
  },
);
