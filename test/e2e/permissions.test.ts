import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mcpClients } from './mcp-clients.ts';
import { RestClient } from './rest-client.ts';
import { type RunningService, startService } from './start-service.ts';

describe('what an instance may do, from the dashboard’s settings to a call', { timeout: 60_000 }, () => {
  let service: RunningService;
  let rest: RestClient;
  let instance: { id: string };
  let token: string;
  let campaignId: number;

  beforeAll(async () => {
    service = await startService();
    rest = new RestClient(service.url);
    await rest.signUp();
    ({ instance, token } = await rest.createRunningInstance({ policy: 'standard' }));
  }, 60_000);
  afterAll(async () => {
    await service?.stop();
  });

  interface Answer {
    isError: boolean;
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many tools
    content: any;
  }

  /** Calls a tool with a client that cannot ask a person. */
  async function call(name: string, callArguments: Record<string, unknown>): Promise<Answer> {
    const client = await mcpClients['1.x over Streamable HTTP'](`${service.url}/i/${instance.id}`, token);
    try {
      const { isError = false, structuredContent } = await client.callTool({ name, arguments: callArguments });
      return { isError, content: structuredContent };
    } finally {
      await client.close();
    }
  }

  async function toolNames(): Promise<string[]> {
    const client = await mcpClients['1.x over Streamable HTTP'](`${service.url}/i/${instance.id}`, token);
    const { tools } = await client.listTools();
    await client.close();
    return tools.map(({ name }) => name);
  }

  async function change(settings: object): Promise<void> {
    expect((await rest.patch(`/v1/instances/${instance.id}`, settings)).body).toMatchObject({
      ...settings,
      status: 'restarting',
    });
    await rest.waitForStatus(instance.id, 'running');
  }

  const start = (confirm?: string) =>
    call('campaigns_update_status', { campaign_id: campaignId, status: 'START', ...(confirm === undefined ? {} : { confirm }) });

  it('lets an ordinary write pass under the policy standard', async () => {
    const { isError, content } = await call('campaigns_create', { name: 'Autumn' });
    expect([isError, content]).toEqual([false, expect.objectContaining({ id: expect.any(Number) })]);
    campaignId = content.id;
  });

  it('refuses what sends mail, and names the switch', async () => {
    const { isError, content } = await start();
    expect([isError, content.code]).toEqual([true, 'not_allowed']);
    expect(JSON.stringify(content)).toMatch(/switch: send/);
  });

  it('refuses what changes the account, and names the policy', async () => {
    const { isError, content } = await call('webhooks_delete', { webhook_id: 1 });
    expect([isError, content.code]).toEqual([true, 'not_allowed']);
    expect(JSON.stringify(content)).toMatch(/policy: full/);
  });

  it('asks for confirmation once the switch is on, and then makes the call', async () => {
    await change({ allow: ['send'] });
    const asked = await start();
    expect([asked.isError, asked.content.code]).toEqual([true, 'confirmation_required']);
    expect(asked.content.confirm).toMatch(/^send: /);
    // Whether Smartlead starts a campaign without leads is its own affair.
    expect((await start(asked.content.confirm)).content.code ?? 'ok').not.toMatch(/not_allowed|confirmation_required/);
  });

  it('shows what was refused in the log, in stable codes', async () => {
    const outcomes = async () =>
      (await rest.get(`/v1/instances/${instance.id}/logs?tool=campaigns_update_status`)).body.items.map(
        ({ outcome }: { outcome?: string }) => outcome,
      );
    await expect.poll(outcomes, { timeout: 15_000 }).toEqual(expect.arrayContaining(['not_allowed', 'confirmation_required']));
  });

  it('hides and refuses denied tools, and offers a selection alone', async () => {
    await change({ toolsets: ['campaigns', 'leads'], deniedTools: ['campaigns_create'] });
    const names = await toolNames();
    expect(names).toContain('campaigns_get_all');
    expect(names).not.toContain('campaigns_create');
    expect(names).not.toContain('webhooks_delete');
    const { isError, content } = await call('campaigns_create', { name: 'Winter' });
    expect([isError, content.code]).toEqual([true, 'not_allowed']);
    await change({ toolsets: ['discovery'], deniedTools: null });
    const { body } = await rest.get('/v1/tools');
    const discovery = body.selections.find(({ kind }: { kind: string }) => kind === 'discovery');
    expect(await toolNames()).toHaveLength(discovery.tools);
  });

  it('tells how busy the instance is, live', async () => {
    await call('call_tool', { name: 'campaigns_get_all', arguments: {} });
    const { status, body } = await rest.get(`/v1/instances/${instance.id}/metrics`);
    expect(status).toBe(200);
    expect(body.live).toMatchObject({ memoryBytes: expect.any(Number), uptimeSeconds: expect.any(Number) });
    // The sandbox announces 60 a minute, of which the instance leaves some to others who use the key.
    expect(body.live.rateLimit).toMatchObject({ perMinute: 51, learned: true, waiting: 0 });
    expect(body.live.rateLimit.usedLastMinute).toBeGreaterThanOrEqual(1);
    await expect
      .poll(async () => (await rest.get(`/v1/instances/${instance.id}/metrics`)).body.lastHour.calls, { timeout: 15_000 })
      .toBeGreaterThan(0);
    await rest.post(`/v1/instances/${instance.id}/stop`);
    await rest.waitForStatus(instance.id, 'stopped');
    expect((await rest.get(`/v1/instances/${instance.id}/metrics`)).body.live).toBeNull();
  });
});
