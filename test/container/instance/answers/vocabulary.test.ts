import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { translateArguments } from '../../../../container/instance/answers/vocabulary.ts';
import { operations } from '../../../../container/instance/catalogue/catalogue.ts';
import { createOperationTool } from '../../../../container/instance/tools/operation-tool.ts';
import { type Sandbox, startSandbox } from '../../../../selfhost/sandbox/main.ts';
import { sampleArguments } from '../sample-arguments.ts';
import { callTool, connectClient, type RunningInstance, startInstance } from '../start-instance.ts';
import { operation } from './operation.ts';

const translate = (id: string, given: Record<string, unknown>) => translateArguments(operation(id), given);

describe('arguments in the words of reads', () => {
  it('come from nowhere but the arguments: a field named __proto__ is one among others, to be refused', async () => {
    const schedule = JSON.parse('{"__proto__": {"timezone": "UTC"}}');
    const translated = translate('campaigns/update-schedule', { campaign_id: 1, schedule });
    expect(translated.timezone).toBeUndefined();
    expect(Object.keys(translated)).toContain('__proto__');
  });

  it.each([
    ['campaigns/update-status', { status: 'ACTIVE' }, { status: 'START' }],
    ['campaigns/update-status', { status: 'STOPPED' }, { status: 'STOPPED' }],
    ['campaigns/update-status', { status: 'ARCHIVED' }, { status: 'ARCHIVED' }],
    [
      'campaigns/update-settings',
      { track_settings: ['DONT_EMAIL_OPEN', 'DONT_TRACK_LINK_CLICK'] },
      { track_settings: ['DONT_TRACK_EMAIL_OPEN', 'DONT_TRACK_LINK_CLICK'] },
    ],
    ['campaigns/update-settings', { stop_lead_settings: 'OPENED_EMAIL' }, { stop_lead_settings: 'OPEN_AN_EMAIL' }],
    ['campaigns/update-settings', { bounce_autopause_threshold: 5 }, { bounce_autopause_threshold: '5' }],
    [
      'campaigns/update-schedule',
      {
        campaign_id: 1,
        schedule: { tz: 'UTC', days: [1], startHour: '09:00', endHour: '17:00' },
        min_time_btwn_emails: 5,
        max_leads_per_day: 9,
      },
      {
        campaign_id: 1,
        timezone: 'UTC',
        days_of_the_week: [1],
        start_hour: '09:00',
        end_hour: '17:00',
        min_time_btw_emails: 5,
        max_new_leads_per_day: 9,
      },
    ],
    [
      'campaigns/update-schedule',
      { scheduler_cron_value: { tz: 'UTC' }, timezone: 'Europe/Berlin' },
      { timezone: 'Europe/Berlin' },
    ],
    ['campaigns/update-schedule', { schedule: 'daily' }, { schedule: 'daily' }],
    [
      'campaigns/update-sequences',
      {
        sequences: [
          {
            id: 1,
            created_at: 'x',
            seq_number: 1,
            seq_delay_details: { delayInDays: '3' },
            sequence_variants: [{ variant_name: 'A', variant_distribution_percentage: null }],
          },
        ],
      },
      { sequences: [{ id: 1, seq_number: 1, seq_delay_details: { delay_in_days: 3 }, seq_variants: [{ variant_label: 'A' }] }] },
    ],
    ['email-accounts/update', { message_per_day: 30 }, { max_email_per_day: 30 }],
    ['campaigns/get-leads', { emailStatus: 'Opened' }, { emailStatus: 'is_opened' }],
    ['campaigns/statistics', { email_status: 'is_replied' }, { email_status: 'replied' }],
    [
      'inbox/get-messages',
      { filters: { emailStatus: ['not_replied', 'Opened'] } },
      { filters: { emailStatus: ['Not Replied', 'Opened'] } },
    ],
    ['inbox/get-messages', { filters: { emailStatus: 'nonsense' } }, { filters: { emailStatus: 'nonsense' } }],
  ])('%s %j', (id, given, expected) => {
    expect(translate(id, given)).toEqual(expected);
  });

  it('leave the words of writes as they are, for every operation', () => {
    for (const candidate of operations) {
      for (const which of ['required', 'all'] as const) {
        const given = sampleArguments(candidate, which);
        expect(translateArguments(candidate, given)).toEqual(given);
      }
    }
  });

  it('keep both words where both are given, so that the check tells', () => {
    const given = { timezone: 'UTC', tz: 'Europe/Berlin' };
    expect(translate('campaigns/update-schedule', given)).toEqual(given);
  });

  // Words of reads as the vocabularies of Smartlead's API list them.
  it.each([
    ['track_settings', ['DONT_EMAIL_OPEN', 'DONT_LINK_CLICK'], []],
    ['stop_lead_settings', ['REPLY_TO_AN_EMAIL', 'OPENED_EMAIL', 'CLICKED_LINK', 'NEVER'], ['NEVER']],
  ])('of %s are accepted but for what writes cannot say', (name, words, unsayable) => {
    const parameter = operation('campaigns/update-settings').params.find((candidate) => candidate.name === name);
    const accepted = parameter?.enum ?? parameter?.items?.enum ?? [];
    const refused = words.filter((word) => {
      const translated = translate('campaigns/update-settings', { [name]: name === 'track_settings' ? [word] : word })[name];
      return !accepted.includes([translated].flat()[0] as string);
    });
    expect(refused).toEqual(unsayable);
  });

  it('are translated before the policy decides what a call does', () => {
    const tool = createOperationTool(operation('campaigns/update-status'), { call: async () => ({ value: {} }) });
    for (const status of ['START', 'ACTIVE', 'STARTED'])
      expect(tool.effects({ campaign_id: 1, status })).toContain('sends_email');
    for (const status of ['STOP', 'STOPPED']) expect(tool.effects({ campaign_id: 1, status })).toContain('destructive');
  });
});

describe('what was read can be written back', () => {
  let sandbox: Sandbox;
  let running: RunningInstance;
  let client: Client;
  beforeAll(async () => {
    sandbox = await startSandbox();
    running = await startInstance({ smartleadApiKey: 'demo-words', smartleadHosts: sandbox.hosts });
    client = await connectClient(running.url);
  });
  afterAll(async () => {
    await client.close();
    await running.close();
    await sandbox.close();
  });

  async function write(tool: string, callArguments: Record<string, unknown>) {
    const first = await callTool(client, tool, callArguments);
    if (first.value.code !== 'confirmation_required') return first;
    return callTool(client, tool, { ...callArguments, confirm: first.value.confirm });
  }

  it('settings, schedule and sequences', async () => {
    const { value: listed } = await callTool(client, 'campaigns_get_all', { fields: 'id,status' });
    const { id: campaign_id } = (listed.items as { id: number; status: string }[]).find(({ status }) => status === 'DRAFTED') ?? {
      id: 0,
    };
    await write('campaigns_update_settings', {
      campaign_id,
      track_settings: ['DONT_TRACK_EMAIL_OPEN'],
      stop_lead_settings: 'OPEN_AN_EMAIL',
    });
    const before = (await callTool(client, 'campaigns_get_by_id', { campaign_id })).value;
    expect(before).toMatchObject({ track_settings: ['DONT_TRACK_EMAIL_OPEN'], stop_lead_settings: 'OPEN_AN_EMAIL' });

    const { track_settings, stop_lead_settings } = before;
    expect(await write('campaigns_update_settings', { campaign_id, track_settings, stop_lead_settings })).toMatchObject({
      isError: false,
    });
    const flat = {
      timezone: 'Europe/Berlin',
      days_of_the_week: [1, 2],
      start_hour: '08:00',
      end_hour: '16:00',
      min_time_btw_emails: 9,
      max_new_leads_per_day: 12,
    };
    expect(await write('campaigns_update_schedule', { campaign_id, ...flat })).toMatchObject({ isError: false });
    const read = (await callTool(client, 'campaigns_get_by_id', { campaign_id })).value;
    expect(read).toMatchObject({ schedule: flat, scheduler_cron_value: { tz: 'Europe/Berlin' } });
    expect(
      await write('campaigns_update_schedule', { campaign_id, schedule: { ...(read.schedule as object), end_hour: '17:00' } }),
    ).toMatchObject({ isError: false });
    expect((await callTool(client, 'campaigns_get_by_id', { campaign_id })).value.schedule).toEqual({
      ...flat,
      end_hour: '17:00',
    });

    const steps = [{ id: null, seq_number: 1, subject: 'Hi', email_body: '<p>Hi</p>', seq_delay_details: { delay_in_days: 0 } }];
    expect(await write('campaigns_update_sequences', { campaign_id, sequences: steps })).toMatchObject({ isError: false });
    const { items } = (await callTool(client, 'campaigns_get_sequences', { campaign_id })).value;
    expect(items).toMatchObject([{ seq_number: 1, email_body: '<p>Hi</p>', seq_delay_details: { delay_in_days: 0 } }]);
    expect(await write('campaigns_update_sequences', { campaign_id, sequences: items })).toMatchObject({ isError: false });
  });
});
