import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { operations } from '../../../container/instance/catalogue/catalogue.ts';
import { toolName } from '../../../container/instance/catalogue/tool-name.ts';
import { callConfirmed } from './call-confirmed.ts';
import { sampleArguments } from './sample-arguments.ts';
import { apiKey, callTool, connectClient, type RunningInstance, startInstance, token } from './start-instance.ts';

const mailboxPassword = 'canary-mailbox-password';
const clientKey = 'canary-client-key-0123456789';
const oauthToken = 'canary-oauth-token';

/** A row with every kind of credential that Smartlead's answers have, beside what makes it a campaign, a lead, a mailbox. */
const row = {
  id: 7,
  name: 'Row',
  email: 'ada@example.com',
  from_email: 'me@example.com',
  status: 'ACTIVE',
  password: mailboxPassword,
  imap_password: mailboxPassword,
  smtp: { smtp_password: Buffer.from(mailboxPassword).toString('base64') },
  access_token: oauthToken,
  refreshToken: oauthToken,
  token: oauthToken,
  clientSecret: oauthToken,
  api_key: clientKey,
  keys: [{ apiKey: clientKey, last4: '6789' }],
  link: `https://server.smartlead.ai/api/v1/x?api_key=${encodeURIComponent(apiKey)}`,
  lead: { id: 9, email: 'ada@example.com', custom_fields: { note: `key ${apiKey}`, password: mailboxPassword } },
};

let running: RunningInstance;
let client: Client;
beforeAll(async () => {
  running = await startInstance();
  client = await connectClient(running.url);
});
afterAll(async () => {
  await client.close();
  await running.close();
});

const canaries = [apiKey, encodeURIComponent(apiKey), token, mailboxPassword, row.smtp.smtp_password, oauthToken, clientKey];
const found = (text: string, among = canaries) => among.filter((canary) => text.includes(canary));

/** What Smartlead may say to anything: rows, one thing, a refusal, an error of its own, text. */
const answers = [
  { body: { ok: true, data: [row], total_leads: 1, total_stats: 1 } },
  { body: { ...row, data: { ...row, leads: [row] } } },
  { body: { success: false, message: `refused for api_key=${apiKey}`, ...row } },
  { status: 500, body: { error: `Cannot read ${apiKey}`, row } },
  { status: 404, body: `<h1>Not found: /api/v1/campaigns?api_key=${encodeURIComponent(apiKey)}</h1>` },
  { headers: { 'content-type': 'text/csv' }, body: `id,link\r\n1,${row.link}\r\n` },
];

it.each(operations.map((operation) => [toolName(operation.id), operation] as const))(
  '%s tells no credential, whatever Smartlead answers',
  async (name, operation) => {
    const handsOutKeys = operation.id.startsWith('clients/') && operation.effects.includes('returns_secret');
    const forbidden = canaries.filter((canary) => !handsOutKeys || canary !== clientKey);
    for (const answer of answers) {
      running.stub.answer = () => answer;
      const result = await callConfirmed(client, name, { ...sampleArguments(operation, 'all'), repeat: true });
      expect(result.value.code).not.toBe('internal_error');
      expect(found(JSON.stringify(result), forbidden)).toEqual([]);
    }
  },
);

it('tools of many steps, exports, resources, prompts and completion tell none either', async () => {
  const lead = { email: 'ada@example.com' };
  const dates = { start_date: '2026-05-01', end_date: '2026-05-07' };
  const seen: unknown[] = [];
  for (const answer of answers) {
    running.stub.answer = () => answer;
    seen.push(
      await callConfirmed(client, 'import_leads', { campaign_id: 7, leads: [lead], repeat: true }),
      await callConfirmed(client, 'build_campaign', { name: 'A', leads: [lead], mailboxes: { tags: ['a'] }, repeat: true }),
      await callTool(client, 'export_leads', { campaign_id: 7 }),
      await callTool(client, 'export_leads', { list_id: 7 }),
      await callTool(client, 'export_statistics', { campaign_id: 7, include_message: true }),
      await callTool(client, 'report_campaigns', { ...dates, campaign_ids: [7] }),
      await client.readResource({ uri: 'smartlead://campaigns/7' }).catch((error: Error) => error.message),
      await client.complete({
        ref: { type: 'ref/resource', uri: 'smartlead://campaigns/{campaign_id}' },
        argument: { name: 'campaign_id', value: '' },
      }),
    );
  }
  const { resources } = await client.listResources();
  expect(resources.length).toBeGreaterThan(0);
  for (const { uri } of resources) seen.push(await client.readResource({ uri }));
  for (const { name } of (await client.listPrompts()).prompts)
    seen.push(await client.getPrompt({ name, arguments: { campaign_id: '7' } }));
  seen.push(await client.listTools(), client.getInstructions(), client.getServerVersion());
  for (const each of seen) expect(found(JSON.stringify(each))).toEqual([]);
  // The key leaves for Smartlead, so the canaries were really there to be told.
  expect(running.stub.requests.every(({ query }) => query.some(([name, value]) => name === 'api_key' && value === apiKey))).toBe(
    true,
  );
});

it('neither the log nor the metrics hold one', async () => {
  const metrics = await (await fetch(`${running.url}/metrics`)).text();
  expect(metrics).toContain('smartlead_mcp_tool_calls_total{tool="export_leads"');
  expect(found(metrics)).toEqual([]);
  expect(running.log()).toContain('"tool":"export_leads"');
  expect(found(running.log())).toEqual([]);
});
