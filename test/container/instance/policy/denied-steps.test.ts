import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toolName } from '../../../../container/instance/catalogue/tool-name.ts';
import { createCompositeTools } from '../../../../container/instance/composite/composite-tools.ts';
import { ResourceNotFound } from '../../../../container/instance/features/feature-errors.ts';
import { createExports } from '../../../../container/instance/resources/exports.ts';
import { policySwitches } from '../../../../core/policy.ts';
import { campaignNamed } from '../../../selfhost/sandbox/sandbox-client.ts';
import { makeLeads, readContext, type SandboxInstance, startSandboxInstance } from '../composite/sandbox-instance.ts';

let running: SandboxInstance | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

interface Lists {
  allowedTools?: string[];
  deniedTools?: string[];
}

async function start(lists: Lists) {
  running = await startSandboxInstance({ policy: { policy: 'full', allow: policySwitches, ...lists } });
  const { id } = await campaignNamed(running.smartlead, 'Founders in Europe');
  running.operationsAsked();
  return { running, campaignId: id };
}

const dates = { start_date: '2026-05-01', end_date: '2026-05-07' };
const first = { subject: 'Hello', email_body: 'Text' };
const schedule = {
  timezone: 'Europe/Berlin',
  days_of_the_week: [1],
  start_hour: '09:00',
  end_hour: '17:00',
  min_time_btw_emails: 10,
  max_new_leads_per_day: 5,
};

/** Every way in which a tool of many steps can be called that makes it take other steps. */
const calls: [tool: string, callArguments: (campaignId: number) => Record<string, unknown>][] = [
  [
    'build_campaign',
    () => ({
      name: 'Steps',
      settings: { send_as_plain_text: true },
      schedule,
      sequences: [first],
      mailboxes: { tags: ['Primary'] },
      leads: makeLeads(1),
      start: true,
    }),
  ],
  ['build_campaign', (campaign_id) => ({ campaign_id, leads: makeLeads(2) })],
  ['import_leads', (campaign_id) => ({ campaign_id, leads: makeLeads(3) })],
  ['report_campaigns', () => dates],
  ['report_campaigns', (id) => ({ ...dates, campaign_ids: [id] })],
  ['export_leads', (campaign_id) => ({ campaign_id, limit: 5 })],
  ['export_statistics', (campaign_id) => ({ campaign_id, limit: 5 })],
];

describe('a tool of many steps', () => {
  const madeOf = new Map<string, (callArguments: Record<string, unknown>) => readonly string[]>();
  beforeAll(() => {
    const caller = { call: () => Promise.reject(new Error('nothing is called here')) };
    for (const tool of createCompositeTools({ caller, exports: createExports() }))
      madeOf.set(tool.definition.name, (callArguments) => tool.madeOf?.(callArguments) ?? []);
  });

  it.each(calls)('%s names each step that it takes (%#)', async (tool, argumentsFor) => {
    const { campaignId } = await start({});
    const callArguments = argumentsFor(campaignId);
    await running?.call(tool, callArguments);
    const asked = new Set(running?.operationsAsked().map((id) => toolName(id ?? '')));
    // Read for the question alone, which does without it.
    const named = [...(madeOf.get(tool)?.(callArguments) ?? []), 'campaigns_get_by_id'];
    expect(asked.size).toBeGreaterThan(0);
    expect([...asked].filter((name) => !named.includes(name))).toEqual([]);
  });

  it.each([
    ['import_leads', { leads: makeLeads(1) }, 'campaigns_add_leads'],
    ['build_campaign', { leads: makeLeads(1) }, 'campaigns_add_leads'],
    ['build_campaign', { start: true }, 'campaigns_update_status'],
    ['build_campaign', { settings: {} }, 'campaigns_update_settings'],
    ['export_leads', { limit: 1 }, 'campaigns_get_leads'],
    ['export_statistics', { limit: 1 }, 'campaigns_statistics'],
    ['report_campaigns', { ...dates, campaign_id: undefined }, 'analytics_campaign_performance'],
  ])('%s %j is refused where its step %s is denied, and says so', async (tool, given, step) => {
    const { running, campaignId } = await start({ deniedTools: [step] });
    const { value, isError } = await running.call(tool, {
      ...(tool === 'report_campaigns' ? {} : { campaign_id: campaignId }),
      ...given,
    });
    expect({ isError, code: value.code, needs: value.needs }).toEqual({
      isError: true,
      code: 'not_allowed',
      needs: [`deniedTools: without ${step}`],
    });
    expect(value.message).toContain(`it is made of ${step}, which is one of the deniedTools`);
    expect(running.operationsAsked()).toEqual([]);
  });

  it('is made where only a step is denied that it does not take', async () => {
    const { running } = await start({ deniedTools: ['campaigns_update_status', 'campaigns_add_leads'] });
    const { isError } = await running.call('build_campaign', { name: 'A draft', sequences: [first] });
    expect(isError).toBe(false);
  });

  it('is not listed where it could never be called', async () => {
    const { running } = await start({ deniedTools: ['campaigns_add_leads'] });
    const names = running.features.tools.list.tools.map(({ name }) => name);
    expect(names).not.toContain('import_leads');
    expect(names).toContain('build_campaign');
  });

  it('is not spoken of by a prompt then', async () => {
    const { running } = await start({ deniedTools: ['analytics_campaign_performance'] });
    expect(running.features.prompts.list.prompts.map(({ name }) => name)).toEqual(['reply_triage', 'launch_checklist']);
  });

  it('that is on the list of allowed tools may take its steps, which are not', async () => {
    const { running, campaignId } = await start({ allowedTools: ['import_leads'] });
    const { value, isError } = await running.call('import_leads', { campaign_id: campaignId, leads: makeLeads(1) });
    expect({ isError, sent: value.rowsSent }).toEqual({ isError: false, sent: 1 });
  });

  it('through call_tool is refused like that, too', async () => {
    running = await startSandboxInstance({
      toolsets: ['discovery'],
      policy: { policy: 'full', allow: policySwitches, deniedTools: ['campaigns_add_leads'] },
    });
    const { value } = await running.call('call_tool', {
      name: 'import_leads',
      arguments: { campaign_id: 1, leads: makeLeads(1) },
    });
    expect(value).toMatchObject({ code: 'not_allowed', needs: ['deniedTools: without campaigns_add_leads'] });
  });
});

describe('call_tool that is denied', () => {
  it('is not listed and leads to no tool, and what other tools are allowed does not matter to it', async () => {
    const allowed = { policy: 'full', allow: [], allowedTools: ['campaigns_get_all'] } as const;
    running = await startSandboxInstance({ toolsets: ['discovery'], policy: allowed });
    expect((await running.call('call_tool', { name: 'campaigns_get_all' })).isError).toBe(false);
    await running.close();
    running = await startSandboxInstance({ toolsets: ['discovery'], policy: { ...allowed, deniedTools: ['call_tool'] } });
    expect(running.features.tools.list.tools.map(({ name }) => name)).toEqual(['search_tools', 'describe_tool']);
    const { value } = await running.call('call_tool', { name: 'campaigns_get_all' });
    expect(value).toMatchObject({ code: 'not_allowed', needs: ['deniedTools: without call_tool'] });
    expect(running.operationsAsked()).toEqual([]);
  });
});

describe('what is read on the way', () => {
  const question = async (name: string, callArguments: Record<string, unknown>) => {
    const outcome = await running?.features.tools.call(name, callArguments, {
      ...readContext,
      asks: 'protocol',
      progress: () => undefined,
    });
    return outcome?.kind === 'question' ? outcome.question.message : undefined;
  };

  it('a question does not tell what only a denied read knows', async () => {
    const { running, campaignId } = await start({ deniedTools: ['campaigns_get_by_id', 'campaigns_get_leads'] });
    expect(await question('campaigns_delete', { campaign_id: campaignId })).toContain(
      `delete campaign ${campaignId} with an unknown number of leads`,
    );
    expect(await question('import_leads', { campaign_id: campaignId, leads: makeLeads(1) })).toContain(
      `add 1 lead to campaign ${campaignId}, which`,
    );
    expect(running.operationsAsked()).toEqual([]);
  });

  it.each<Lists>([{ deniedTools: ['analytics_campaign_list'] }, { allowedTools: ['inbox_get_unread'] }])(
    'completion does not tell names that %j forbids to read',
    async (lists) => {
      const { running } = await start(lists);
      const template = { template: 'smartlead://campaigns/{campaign_id}' };
      const argument = { name: 'campaign_id', value: '' };
      const asked = running.features.completion.complete(template, argument, {}, readContext);
      if (running.features.resources.templates.resourceTemplates.length === 0) await expect(asked).rejects.toThrow('no template');
      else expect(await asked).toMatchObject({ values: [] });
      expect(running.operationsAsked()).toEqual([]);
    },
  );

  it.each<[Lists, string]>([
    [{ deniedTools: ['campaigns_get_sequences'] }, 'campaigns_get_sequences is one of the deniedTools'],
    [{ deniedTools: ['campaigns_get_email_accounts'] }, 'campaigns_get_email_accounts is one of the deniedTools'],
    [{ deniedTools: ['campaigns_get_analytics'] }, 'campaigns_get_analytics is one of the deniedTools'],
    [{ allowedTools: ['campaigns_get_by_id'] }, 'campaigns_get_sequences is not one of the allowedTools'],
  ])('a campaign is no resource where %j, and the answer says why', async (lists, why) => {
    const { running, campaignId } = await start(lists);
    expect(running.features.resources.templates.resourceTemplates).toEqual([]);
    const read = running.features.resources.read(`smartlead://campaigns/${campaignId}`, readContext);
    await expect(read).rejects.toBeInstanceOf(ResourceNotFound);
    await expect(read).rejects.toThrow(why);
    expect(running.operationsAsked()).toEqual([]);
  });
});
