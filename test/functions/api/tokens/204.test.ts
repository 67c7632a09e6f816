import { expect, it } from 'vitest';
import { hashBearerToken } from '../../../../core/bearer-token.ts';
import { createRunningInstance } from '../api-client.ts';

async function createToken() {
  const context = await createRunningInstance();
  const path = `/v1/instances/${context.instanceId}/tokens`;
  const { json } = await context.api.call('POST', path, { token: context.owner.token, body: { label: 'n8n' } });
  return { ...context, path: `${path}/${json.id}`, created: json };
}

it('revokes the token and tells the router at once', async () => {
  const { platform, api, owner, path, created } = await createToken();
  const answer = await api.call('DELETE', path, { token: owner.token });
  expect([answer.status, answer.text]).toEqual([204, '']);
  expect(await platform.instanceTokens.findByHash(hashBearerToken(created.token))).toBeUndefined();
  expect(platform.revokedTokens).toEqual([{ tokenId: created.id, hash: hashBearerToken(created.token) }]);
  expect(platform.audit.entries.at(-1)).toMatchObject({ action: 'token.delete', target: created.id, details: { label: 'n8n' } });
  expect((await api.call('DELETE', path, { token: owner.token })).status).toBe(404);
});

it('is revoked although the router cannot be told', async () => {
  const { platform, api, owner, path } = await createToken();
  platform.tokenRevoked = () => Promise.reject(new Error('down'));
  expect((await api.call('DELETE', path, { token: owner.token })).status).toBe(204);
  expect(platform.logger.entries).toMatchObject([{ level: 'error' }]);
});
