import { afterEach, describe, expect, it } from 'vitest';
import type { InstanceSettings } from '../../../../container/instance/instance.ts';
import { policySwitches } from '../../../../core/policy.ts';
import { callTool, connectClient, type RunningInstance, startInstance } from '../start-instance.ts';

let running: RunningInstance | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function call(settings: Partial<InstanceSettings>, name: string, callArguments: Record<string, unknown> = {}) {
  running = await startInstance(settings);
  const client = await connectClient(running.url);
  const result = await callTool(client, name, callArguments);
  await client.close();
  return { ...result, sent: running.stub.requests.length };
}

describe('a call the policy forbids', () => {
  it('is refused with all that has to change, who can change it, and that nothing was sent', async () => {
    const { isError, value, sent } = await call({ policy: { policy: 'read-only', allow: [] } }, 'clients_save', {
      email: 'a@example.com',
      name: 'A',
    });
    expect({ isError, sent }).toEqual({ isError: true, sent: 0 });
    expect(value).toMatchObject({ code: 'not_allowed', retryable: false, needs: ['policy: full', 'switch: secrets'] });
    expect(value.message).toContain('Nothing was sent');
    expect(value.nextStep).toMatch(/owner of the instance.*dashboard.*--policy full and --allow secrets/);
  });

  it.each([
    ['campaigns_create', {}, ['policy: standard']],
    ['campaigns_delete', { campaign_id: 7 }, ['policy: standard', 'switch: destroy']],
    ['campaigns_update_status', { campaign_id: 7, status: 'START' }, ['policy: standard', 'switch: send']],
    ['campaigns_update_status', { campaign_id: 7, status: 'STOPPED' }, ['policy: standard', 'switch: destroy']],
    ['campaigns_update_status', { campaign_id: 7, status: 'PAUSED' }, ['policy: standard']],
    ['smart_senders_get_otp', { email_account: 'a@example.com' }, ['switch: secrets']],
  ])('%s %j needs %j, before its arguments are looked at', async (name, callArguments, needs) => {
    const { value, sent } = await call({ policy: { policy: 'read-only', allow: [] } }, name, callArguments);
    expect(value).toMatchObject({ code: 'not_allowed', needs });
    expect(sent).toBe(0);
  });

  it('is not let through by a confirmation or by repeating', async () => {
    const callArguments = { campaign_id: 7, confirm: 'destroy: anything', repeat: true };
    const { value, sent } = await call({ policy: { policy: 'full', allow: [] } }, 'campaigns_delete', callArguments);
    expect(value).toMatchObject({ code: 'not_allowed', needs: ['switch: destroy'] });
    expect(sent).toBe(0);
  });

  it('names the list that forbids it', async () => {
    const rules = { policy: 'full', allow: policySwitches } as const;
    const denied = await call({ policy: { ...rules, deniedTools: ['campaigns_get_all'] } }, 'campaigns_get_all');
    expect(denied.value).toMatchObject({ code: 'not_allowed', needs: ['deniedTools: without campaigns_get_all'] });
    await running?.close();
    const notAllowed = await call({ policy: { ...rules, allowedTools: ['campaigns_get_all'] } }, 'campaigns_create', {
      name: 'A',
    });
    expect(notAllowed.value).toMatchObject({ code: 'not_allowed', needs: ['allowedTools: with campaigns_create'] });
    expect(notAllowed.sent).toBe(0);
  });

  it('says of a tool outside of the selection which set it belongs to', async () => {
    const { value, sent } = await call({ toolsets: ['campaigns'] }, 'email_accounts_delete', { email_account_id: 5 });
    expect(value).toMatchObject({ code: 'not_allowed', needs: ['toolset: mailboxes'] });
    expect(value.message).toContain('not offered by this instance (toolset mailboxes)');
    expect(sent).toBe(0);
  });
});

describe('through discovery', () => {
  it('the same rules hold', async () => {
    const policy = { policy: 'full', allow: [], deniedTools: ['campaigns_get_all'] } as const;
    const settings: Partial<InstanceSettings> = { toolsets: ['discovery'], policy };
    const risky = await call(settings, 'call_tool', { name: 'campaigns_delete', arguments: { campaign_id: 7 } });
    expect(risky.value).toMatchObject({ code: 'not_allowed', needs: ['switch: destroy'] });
    await running?.close();
    const denied = await call(settings, 'call_tool', { name: 'campaigns_get_all', arguments: {} });
    expect(denied.value).toMatchObject({ code: 'not_allowed', needs: ['deniedTools: without campaigns_get_all'] });
    expect(denied.sent).toBe(0);
  });

  it('a list of allowed tools need not name the tools that lead to them', async () => {
    const policy = { policy: 'full', allow: [], allowedTools: ['campaigns_get_all'] } as const;
    const { isError, sent } = await call({ toolsets: ['discovery'], policy }, 'call_tool', {
      name: 'campaigns_get_all',
      arguments: {},
    });
    expect({ isError, sent }).toEqual({ isError: false, sent: 1 });
  });
});

it('a refusal is logged and counted by its code', async () => {
  await call({ policy: { policy: 'read-only', allow: [] } }, 'campaigns_create', { name: 'secret name' });
  expect(running?.log()).toMatch(/"tool":"campaigns_create".*"outcome":"not_allowed"/);
  expect(running?.log()).not.toContain('secret name');
  expect(running?.instance.metrics.text()).toContain('{tool="campaigns_create",outcome="not_allowed"} 1');
});
