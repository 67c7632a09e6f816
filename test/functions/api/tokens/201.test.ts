import { expect, it } from 'vitest';
import { hashBearerToken, isWellFormedBearerToken } from '../../../../core/bearer-token.ts';
import { createRunningInstance } from '../api-client.ts';

it('shows the token once and keeps only its hash', async () => {
  const { platform, api, owner, instanceId } = await createRunningInstance();
  const answer = await api.call('POST', `/v1/instances/${instanceId}/tokens`, { token: owner.token, body: { label: 'n8n' } });
  const { token } = answer.json;
  expect(answer.status).toBe(201);
  expect(isWellFormedBearerToken('instance', token)).toBe(true);
  expect(answer.json).toMatchObject({
    id: expect.stringMatching(/^tok_/),
    last4: token.slice(-4),
    expiresAt: null,
    lastUsedAt: null,
  });
  expect(answer.json.hash).toBeUndefined();
  const stored = await platform.instanceTokens.findByHash(hashBearerToken(token));
  expect(stored).toMatchObject({ id: answer.json.id, instanceId, workspaceId: owner.workspaceId });
  expect(JSON.stringify(stored)).not.toContain(token);
});

it('keeps an expiry in UTC', async () => {
  const { api, owner, instanceId } = await createRunningInstance();
  const body = { label: 'n8n', expiresAt: '2026-12-01T00:30:00+02:00' };
  const answer = await api.call('POST', `/v1/instances/${instanceId}/tokens`, { token: owner.token, body });
  expect(answer.json.expiresAt).toBe('2026-11-30T22:30:00.000Z');
});
