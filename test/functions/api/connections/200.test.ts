import { expect, it } from 'vitest';
import { createInstance, createRunningInstance } from '../api-client.ts';

it.each([
  ['sse', ['n8n', 'n8n', 'claude-code', 'cursor', 'vscode']],
  ['stdio', ['claude-desktop', 'mcp-remote', 'supergateway']],
  ['both', ['n8n', 'n8n', 'claude-code', 'cursor', 'vscode', 'claude-desktop', 'mcp-remote', 'supergateway']],
])('mode %s offers its clients', async (mode, clients) => {
  const { api, owner, keyId } = await createRunningInstance();
  const id = await createInstance(api, owner.token, keyId, { mode, name: 'Sales' });
  const answer = await api.call('GET', `/v1/instances/${id}/connections`, { token: owner.token });
  expect(answer.status).toBe(200);
  expect(answer.json.urls.mcp).toBe(`http://127.0.0.1:8080/i/${id}/mcp`);
  expect(answer.json.connections.map((connection: { client: string }) => connection.client)).toEqual(clients);
});
