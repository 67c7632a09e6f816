import { expect, it } from 'vitest';
import { createRunningInstance } from '../api-client.ts';

it('lists tokens without the tokens and their hashes', async () => {
  const { platform, api, owner, instanceId } = await createRunningInstance();
  const created = await api.call('POST', `/v1/instances/${instanceId}/tokens`, { token: owner.token, body: { label: 'n8n' } });
  await platform.instanceTokens.touch(created.json.id, '2026-11-22T08:30:00.000Z');
  const answer = await api.call('GET', `/v1/instances/${instanceId}/tokens`, { token: owner.token });
  expect(answer.json).toEqual({
    items: [
      {
        id: created.json.id,
        label: 'n8n',
        last4: created.json.token.slice(-4),
        createdAt: '2026-11-22T08:00:00.000Z',
        expiresAt: null,
        lastUsedAt: '2026-11-22T08:30:00.000Z',
      },
    ],
    nextCursor: null,
  });
});
