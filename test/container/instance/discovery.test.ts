import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operations } from '../../../container/instance/catalogue/catalogue.ts';
import { toolName } from '../../../container/instance/catalogue/tool-name.ts';
import { createSearchIndex } from '../../../container/instance/tools/discovery/search-index.ts';
import { callTool, connectClient, type RunningInstance, startInstance } from './start-instance.ts';

interface Hit {
  name: string;
  toolset: string;
  reads: boolean;
  required?: string[];
  needs?: string[];
  confirmed?: boolean;
}

describe('discovery', () => {
  let running: RunningInstance;
  let client: Client;
  beforeAll(async () => {
    running = await startInstance({ toolsets: ['discovery'] });
    client = await connectClient(running.url);
  });
  afterAll(async () => {
    await client.close();
    await running.close();
  });
  beforeEach(() => {
    running.stub.requests.length = 0;
    running.stub.answer = () => ({ body: { id: 7, name: 'Found' } });
  });

  const search = async (callArguments: Record<string, unknown>) => {
    const { value } = await callTool(client, 'search_tools', callArguments);
    return value as { items: Hit[]; total: number; hint?: string };
  };

  it('lists three tools', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['search_tools', 'describe_tool', 'call_tool']);
  });

  it.each([
    ['pause a lead', 'campaigns_pause_lead'],
    ['delete campaign', 'campaigns_delete'],
    ['unsubscribe someone from everything', 'leads_unsubscribe'],
    ['buy domains', 'smart_senders_place_order'],
    ['change sending hours', 'campaigns_update_schedule'],
    ['follow-up steps', 'campaigns_get_sequences'],
    ['write a note on a lead', 'lead_notes_create'],
    ['upload many leads', 'import_leads'],
    ['reply rate per mailbox', 'campaign_statistics_mailbox_statistics'],
    ['is my mail landing in spam?', 'smart_delivery_spam_filter_report'],
    ['warm-up settings', 'email_accounts_warmup_settings'],
    ['createWebhook', 'webhooks_create'],
    ['report_campaigns', 'report_campaigns'],
    ['list campaigns', 'campaigns_get_all'],
    ['show my campaigns', 'campaigns_get_all'],
    ['list lead lists', 'lead_lists_get_all'],
    ['stop campaign', 'campaigns_update_status'],
    ['launch a campaign', 'campaigns_update_status'],
  ])('finds for "%s" %s among the first four', async (query, expected) => {
    const { items } = await search({ query });
    expect(items.slice(0, 4).map(({ name }) => name)).toContain(expected);
  });

  it('finds every tool by its own name', async () => {
    for (const { id } of operations) {
      const { items } = await search({ query: toolName(id), limit: 4 });
      expect(
        items.map(({ name }) => name),
        id,
      ).toContain(toolName(id));
    }
  });

  it('says what a tool needs and takes', async () => {
    const { items } = await search({ query: 'place order', limit: 1 });
    expect(items).toEqual([
      expect.objectContaining({
        name: 'smart_senders_place_order',
        toolset: 'senders',
        reads: false,
        needs: ['policy: full', 'switch: spend'],
        confirmed: true,
        required: ['vendor_id', 'forwarding_domain', 'user_details', 'domains'],
      }),
    ]);
  });

  it('narrows by toolset and to reads', async () => {
    const webhooks = await search({ toolset: 'webhooks' });
    expect(webhooks.items).toHaveLength(9);
    const reads = await search({ toolset: 'webhooks', reads_only: true });
    expect(reads.items.length).toBeLessThan(9);
    for (const hit of reads.items) expect(hit).toMatchObject({ toolset: 'webhooks', reads: true });
    expect((await search({ query: 'campaign', limit: 2 })).items).toHaveLength(2);
  });

  it('says so where nothing is found, and for whatever is asked', async () => {
    expect(await search({ query: 'xyzzy' })).toMatchObject({ items: [], total: 0, hint: expect.any(String) });
    for (const query of ['', '   ', '"\\', '🚀', 'a the of', '__proto__ constructor']) {
      expect(Array.isArray((await search({ query })).items)).toBe(true);
    }
    expect((await callTool(client, 'search_tools', { query: 5 })).value).toMatchObject({ code: 'invalid_arguments' });
  });

  it('describes a tool in full', async () => {
    const { value } = await callTool(client, 'describe_tool', { name: 'inbox_get_sent' });
    expect(value).toMatchObject({
      name: 'inbox_get_sent',
      inputSchema: { properties: { filters: { properties: { campaignId: { maxItems: 15 } } } } },
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
      effects: ['read'],
      needs: [],
      confirmed: false,
    });
    expect((await callTool(client, 'describe_tool', { name: 'no_such_tool' })).value).toMatchObject({
      code: 'invalid_arguments',
      issues: [{ path: 'name', message: expect.stringContaining('search_tools') }],
    });
  });

  it.each([
    // Plans and secrets decide: without leads nobody is mailed, without a client's key none is taken.
    ['build_campaign', ['write', 'sends_email'], ['policy: standard', 'switch: send'], true],
    ['campaign_statistics_mailbox_statistics', ['read', 'takes_secret'], ['switch: secrets'], false],
    [
      'campaigns_update_status',
      ['write', 'sends_email', 'destructive'],
      ['policy: standard', 'switch: send', 'switch: destroy'],
      true,
    ],
  ])('says the most that %s can need', async (name, effects, needs, confirmed) => {
    const { value } = await callTool(client, 'describe_tool', { name });
    expect(value).toMatchObject({ effects, needs, confirmed });
  });

  it.each([
    ['as an object', { campaign_id: 7 }],
    ['as JSON text', '{"campaign_id":7}'],
  ])('calls a tool, its arguments %s', async (_form, inner) => {
    const result = await callTool(client, 'call_tool', { name: 'campaigns_get_by_id', arguments: inner });
    expect(result).toMatchObject({ isError: false, value: { id: 7, name: 'Found' } });
    expect(running.stub.requests.map(({ path }) => path)).toEqual(['/core/api/v1/campaigns/7']);
  });

  it('calls a tool that needs no arguments', async () => {
    running.stub.answer = () => ({ body: [] });
    expect(await callTool(client, 'call_tool', { name: 'leads_categories' })).toMatchObject({
      isError: false,
      value: { items: [] },
    });
  });

  it.each([
    ['no tool', { name: 'no_such_tool', arguments: {} }, 'name'],
    ['itself', { name: 'call_tool', arguments: {} }, 'name'],
    ['arguments that are none', { name: 'campaigns_get_by_id', arguments: 'campaign 7' }, 'arguments'],
    ['nothing', {}, 'name'],
  ])('refuses a call of %s and says what is wrong', async (_what, callArguments, path) => {
    const { isError, value } = await callTool(client, 'call_tool', callArguments);
    expect(isError).toBe(true);
    expect(value).toMatchObject({ code: 'invalid_arguments', issues: [expect.objectContaining({ path })] });
    expect(running.stub.requests).toEqual([]);
  });

  it('checks the arguments of the tool that is meant, and logs its name', async () => {
    const { value } = await callTool(client, 'call_tool', { name: 'campaigns_get_by_id', arguments: { campaign_id: 'x' } });
    expect(value).toMatchObject({ code: 'invalid_arguments', issues: [{ path: 'campaign_id' }] });
    expect(running.log().trim().split('\n').at(-1)).toContain('"tool":"campaigns_get_by_id"');
  });

  it.each(['beside', 'inside'])('asks before a risky call, and takes confirm %s the arguments', async (where) => {
    const inner = { campaign_id: where === 'beside' ? 8 : 9 };
    const asked = await callTool(client, 'call_tool', { name: 'campaigns_delete', arguments: inner });
    expect(asked).toMatchObject({ isError: true, value: { code: 'confirmation_required', confirm: expect.any(String) } });
    const { confirm } = asked.value;
    expect(running.stub.requests.filter(({ method }) => method === 'DELETE')).toEqual([]);
    const call =
      where === 'beside'
        ? { name: 'campaigns_delete', arguments: inner, confirm }
        : { name: 'campaigns_delete', arguments: { ...inner, confirm } };
    expect(await callTool(client, 'call_tool', call)).toMatchObject({ isError: false });
    expect(running.stub.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });
});

it('keeps the policy in a call through call_tool, and finds no denied tool', async () => {
  const running = await startInstance({
    toolsets: ['discovery'],
    policy: { policy: 'read-only', allow: [], deniedTools: ['leads_categories'] },
  });
  const client = await connectClient(running.url);
  try {
    const write = await callTool(client, 'call_tool', { name: 'campaigns_create', arguments: { name: 'x' } });
    expect(write.value).toMatchObject({ code: 'not_allowed', needs: ['policy: standard'] });
    const denied = await callTool(client, 'call_tool', { name: 'leads_categories' });
    expect(denied.value).toMatchObject({ code: 'not_allowed', needs: ['deniedTools: without leads_categories'] });
    const { value } = await callTool(client, 'search_tools', { query: 'reply categories', limit: 50 });
    expect((value as { items: Hit[] }).items.map(({ name }) => name)).not.toContain('leads_categories');
    expect(running.stub.requests).toEqual([]);
  } finally {
    await client.close();
    await running.close();
  }
});

it('lets its own tools be called whatever the policy lists', async () => {
  const running = await startInstance({
    toolsets: ['discovery'],
    policy: { policy: 'read-only', allow: [], allowedTools: ['leads_categories'] },
  });
  const client = await connectClient(running.url);
  try {
    const { value, isError } = await callTool(client, 'search_tools', { query: 'categories' });
    expect(isError).toBe(false);
    expect((value as { items: Hit[] }).items.map(({ name }) => name)).toEqual(['leads_categories']);
    running.stub.answer = () => ({ body: [] });
    expect(await callTool(client, 'call_tool', { name: 'leads_categories' })).toMatchObject({ isError: false });
  } finally {
    await client.close();
    await running.close();
  }
});

it('is not there where all tools are listed', async () => {
  const running = await startInstance();
  const client = await connectClient(running.url);
  try {
    await expect(callTool(client, 'search_tools', { query: 'x' })).rejects.toThrow('there is no tool');
    await expect(callTool(client, 'call_tool', { name: 'leads_categories' })).rejects.toThrow('there is no tool');
  } finally {
    await client.close();
    await running.close();
  }
});

describe('the search index', () => {
  const index = createSearchIndex([
    { name: 'rare', texts: [{ text: 'lead sequence', weight: 1 }] },
    { name: 'long', texts: [{ text: 'lead lead list page limit offset order filter sort', weight: 1 }] },
    { name: 'short', texts: [{ text: 'lead', weight: 1 }] },
  ]);
  it('ranks rare words above frequent ones', () => expect(index.search('lead sequences')[0]).toBe('rare'));
  it('ranks short texts above long ones', () => expect(index.search('leads')[0]).toBe('short'));
  it('answers nothing for unknown words, or none', () => {
    expect(index.search('unknown')).toEqual([]);
    expect(index.search('')).toEqual([]);
  });
  it('may be empty', () => expect(createSearchIndex([]).search('lead')).toEqual([]));
});
