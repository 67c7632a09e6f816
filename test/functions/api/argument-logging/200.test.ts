import { expect, it } from 'vitest';
import { createRunningInstance } from '../api-client.ts';

async function withInstance() {
  const set = await createRunningInstance();
  const path = `/v1/instances/${set.instanceId}/argument-logging`;
  const call = (method: string, body?: object) =>
    set.api.call(method, path, { token: set.owner.token, ...(body === undefined ? {} : { body }) });
  const until = async () => (await set.platform.instances.findById(set.instanceId))?.argumentLogUntil;
  return { ...set, call, until };
}

it('is turned on for an hour or less; the instance restarts with it, and the history and the trail tell', async () => {
  const { platform, instanceId, call, until } = await withInstance();
  const answer = await call('POST', {});
  expect([answer.status, answer.json.argumentLogUntil, answer.json.status]).toEqual([
    ...[200, '2026-11-22T09:00:00.000Z', 'restarting'],
  ]);
  expect(platform.lifecycle.requests).toEqual([{ instanceId, operation: 'restart' }]);
  await call('POST', { minutes: 5 });
  expect(await until()).toBe('2026-11-22T08:05:00.000Z');
  expect(platform.instanceEvents.events.at(-1)).toMatchObject({
    type: 'argument-logging-started',
    message: 'Arguments of calls are logged until 2026-11-22 08:05 UTC.',
  });
  expect(platform.audit.entries.at(-1)).toMatchObject({
    action: 'instance.log-arguments',
    target: instanceId,
    details: { minutes: 5 },
  });
});

it('is ended, once', async () => {
  const { platform, call, until } = await withInstance();
  await call('POST', {});
  platform.lifecycle.requests.length = 0;
  expect((await call('DELETE')).json.argumentLogUntil).toBeNull();
  await call('DELETE');
  expect(await until()).toBeNull();
  expect(platform.lifecycle.requests).toHaveLength(1);
  expect(platform.audit.entries.filter(({ action }) => action === 'instance.log-no-arguments')).toHaveLength(1);
});

it('that is over by itself is shown no longer, and ended without a restart', async () => {
  const { api, platform, owner, instanceId, call, until } = await withInstance();
  const shown = async () => (await api.call('GET', `/v1/instances/${instanceId}`, { token: owner.token })).json.argumentLogUntil;
  await call('POST', { minutes: 1 });
  platform.lifecycle.requests.length = 0;
  platform.clock.advance(59_999);
  expect(await shown()).toBe('2026-11-22T08:01:00.000Z');
  platform.clock.advance(1);
  expect(await shown()).toBeNull();
  await call('DELETE');
  expect([await until(), platform.lifecycle.requests]).toEqual([null, []]);
});

it('of an instance that sleeps or is stopped is only noted: it reads it at its next start', async () => {
  const { platform, instanceId, call, until } = await withInstance();
  await platform.instances.update(instanceId, { status: 'sleeping' });
  expect((await call('POST', {})).json.status).toBe('sleeping');
  expect([await until(), platform.lifecycle.requests]).toEqual(['2026-11-22T09:00:00.000Z', []]);
});

it.each([{ minutes: 0 }, { minutes: 61 }, { minutes: 1.5 }, { hours: 1 }])('is refused for %j', async (body) => {
  const { call, until } = await withInstance();
  expect((await call('POST', body)).status).toBe(400);
  expect(await until()).toBeNull();
});
