import { expect, it } from 'vitest';
import { createRunningInstance, signUp } from '../api-client.ts';

const traffic = (bytesIn: number, streamSeconds: number) => ({ bytesIn, bytesOut: 0, streamSeconds });

async function used() {
  const context = await createRunningInstance();
  const { platform, owner, instanceId } = context;
  const record = {
    instanceId,
    workspaceId: owner.workspaceId,
    tool: 'campaigns_get_all',
    calls: 2,
    errors: 1,
    bytesIn: 10,
    streamSeconds: 1,
  };
  await platform.usage.apply({
    batchId: 'bat_1',
    records: [
      { ...record, minute: '2026-11-21T07:59:00.000Z' },
      { ...record, minute: '2026-11-21T08:00:00.000Z' },
      { ...record, minute: '2026-11-22T07:10:00.000Z' },
      { ...record, minute: '2026-11-22T07:50:00.000Z' },
      { ...record, minute: '2026-11-22T07:50:00.000Z', instanceId: 'ins_other' },
    ],
  });
  return context;
}

it('counts the last 24 hours by hour, with totals', async () => {
  const { api, owner, instanceId } = await used();
  const answer = await api.call('GET', '/v1/usage', { token: owner.token });
  const item = { instanceId, tool: 'campaigns_get_all' };
  expect(answer.json).toEqual({
    from: '2026-11-21T08:00:00.000Z',
    to: '2026-11-22T08:00:00.000Z',
    step: 'hour',
    totals: { calls: 8, errors: 4, bytesIn: 40, bytesOut: 0, streamSeconds: 4 },
    items: [
      { ...item, time: '2026-11-21T08:00:00.000Z', calls: 2, errors: 1, ...traffic(10, 1) },
      { ...item, time: '2026-11-22T07:00:00.000Z', calls: 4, errors: 2, ...traffic(20, 2) },
      { ...item, instanceId: 'ins_other', time: '2026-11-22T07:00:00.000Z', calls: 2, errors: 1, ...traffic(10, 1) },
    ],
    nextCursor: null,
  });
});

it('narrows by time, step and instance', async () => {
  const { api, owner, instanceId } = await used();
  const query = `from=2026-11-22T08:00:00%2B01:00&to=2026-11-22T07:30:00Z&step=minute&instanceId=${instanceId}`;
  const answer = await api.call('GET', `/v1/usage?${query}`, { token: owner.token });
  expect(answer.json).toMatchObject({ from: '2026-11-22T07:00:00.000Z', totals: { calls: 2 } });
  expect(answer.json.items).toHaveLength(1);
});

it('another workspace sees nothing of it', async () => {
  const { api } = await used();
  const stranger = await signUp(api, 'mallory@example.com');
  expect((await api.call('GET', '/v1/usage', { token: stranger.token })).json.totals).toMatchObject({ calls: 0, errors: 0 });
});
