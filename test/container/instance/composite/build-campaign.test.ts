import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultMode } from '../../../../selfhost/sandbox/faults.ts';
import { makeLeads, readContext, type SandboxInstance, startSandboxInstance } from './sandbox-instance.ts';

const schedule = {
  timezone: 'Europe/Berlin',
  days_of_the_week: [1, 2, 3, 4, 5],
  start_hour: '09:00',
  end_hour: '17:30',
  min_time_btw_emails: 12,
  max_new_leads_per_day: 40,
};
const sequences = [
  { subject: 'Hello {{first_name}}', email_body: '<p>One</p>' },
  {
    delay_in_days: 3,
    variants: [
      { subject: '', email_body: '<p>Two A</p>', percentage: 60 },
      { subject: 'Again', email_body: '<p>Two B</p>', percentage: 40 },
    ],
  },
];
const whole = {
  name: 'Built in one call',
  settings: { stop_lead_settings: 'REPLY_TO_AN_EMAIL', track_settings: ['DONT_TRACK_LINK_CLICK'] },
  schedule,
  sequences,
  mailboxes: { addresses: ['Harriet@outreach.example.com'], tags: ['warm-up only'] },
  leads: makeLeads(900),
  start: true,
};

/** The writes of a whole campaign, in their order, with the step each belongs to. */
const writes = [
  ['create', 'campaigns/create'],
  ['settings', 'campaigns/update-settings'],
  ['schedule', 'campaigns/update-schedule'],
  ['sequences', 'campaigns/update-sequences'],
  ['mailboxes', 'campaigns/add-email-accounts'],
  ['leads', 'campaigns/add-leads'],
  ['start', 'campaigns/update-status'],
] as const;
const stepNames = writes.map(([step]) => step);

let running: SandboxInstance;
beforeEach(async () => {
  running = await startSandboxInstance();
});
afterEach(() => running.close());

interface CampaignRow {
  id: number;
  name: string;
  status: string;
  scheduler_cron_value: unknown;
}

async function campaignsNamed(name: string): Promise<CampaignRow[]> {
  return (await running.smartlead.read<CampaignRow[]>('/campaigns/')).filter((row) => row.name === name);
}

async function expectWhole(): Promise<void> {
  const [campaign, ...others] = await campaignsNamed(whole.name);
  expect(others).toEqual([]);
  expect(campaign).toMatchObject({
    status: 'ACTIVE',
    track_settings: ['DONT_LINK_CLICK'],
    stop_lead_settings: 'REPLY_TO_AN_EMAIL',
    scheduler_cron_value: { tz: 'Europe/Berlin', days: [1, 2, 3, 4, 5], startHour: '09:00', endHour: '17:30' },
    min_time_btwn_emails: 12,
    max_leads_per_day: 40,
  });
  const mails = await running.smartlead.read<Record<string, unknown>[]>(`/campaigns/${campaign?.id}/sequences`);
  expect(mails).toMatchObject([
    { seq_number: 1, seq_delay_details: { delayInDays: 0 }, subject: 'Hello {{first_name}}', email_body: '<p>One</p>' },
    {
      seq_number: 2,
      seq_delay_details: { delayInDays: 3 },
      sequence_variants: [
        { variant_label: 'A', subject: '', email_body: '<p>Two A</p>', variant_distribution_percentage: 60 },
        { variant_label: 'B', subject: 'Again', email_body: '<p>Two B</p>', variant_distribution_percentage: 40 },
      ],
    },
  ]);
  const mailboxes = await running.smartlead.read<{ from_email: string }[]>(`/campaigns/${campaign?.id}/email-accounts`);
  expect(mailboxes.map((row) => row.from_email).sort()).toEqual([
    'harriet@outreach.example.com',
    'hello@outreach.example.com',
    'team@agency-mail.test',
  ]);
  const leads = await running.smartlead.read<{ total_leads: string }>(`/campaigns/${campaign?.id}/leads`, { limit: 1 });
  expect(leads.total_leads).toBe('900');
}

describe('build_campaign', () => {
  it('makes the whole campaign with one write a step, and tells how far it is', async () => {
    const { value, isError, progress } = await running.call('build_campaign', whole);
    expect({ isError, value }).toMatchObject({ isError: false, value: { notDone: [] } });
    expect(value.done.map(({ step }: { step: string }) => step)).toEqual(stepNames);
    expect(value.done).toContainEqual(expect.objectContaining({ step: 'leads', counts: { added: 900 }, rowsSent: 900 }));
    expect(progress.map(({ done, total }) => [done, total])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((done) => [done, 9]));
    const asked = running.operationsAsked().filter((operation) => operation !== 'email-accounts/get-all');
    expect(asked).toEqual([
      ...writes.slice(0, 5).map(([, operation]) => operation),
      ...Array(3).fill('campaigns/add-leads'),
      'campaigns/update-status',
    ]);
    await expectWhole();
  });

  it('sends the steps as new ones, which some accounts insist on', async () => {
    await running.call('build_campaign', { name: 'x', sequences });
    const request = running.sandbox.requests().find(({ operation }) => operation === 'campaigns/update-sequences');
    expect(request?.body).toMatchObject({ sequences: [{ id: null }, { id: null }] });
  });

  it('creates nothing but what was asked for', async () => {
    const { value } = await running.call('build_campaign', { name: 'Only a name' });
    expect(value).toMatchObject({ done: [{ step: 'create' }], notDone: [], nextStep: expect.stringContaining('not started') });
    expect(running.operationsAsked()).toEqual(['campaigns/create']);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['neither a name nor a campaign', { schedule }, 'give at least one of campaign_id, name'],
    ['an unknown argument', { name: 'x', sequence: [] }, 'sequence is no argument of build_campaign'],
    [
      'a wrong setting',
      { name: 'x', settings: { track_settings: ['DONT_EMAIL_OPEN'] } },
      'settings.track_settings[0] must be one of',
    ],
    ['an unfinished schedule', { name: 'x', schedule: { ...schedule, timezone: undefined } }, 'schedule.timezone is required'],
    [
      'hours that end before they begin',
      { name: 'x', schedule: { ...schedule, end_hour: '08:00' } },
      'schedule.end_hour must be later',
    ],
    [
      'a first mail without a subject',
      { name: 'x', sequences: [{ email_body: 'a' }] },
      'sequences[0] is the first mail and needs a subject',
    ],
    ['a mail without a text', { name: 'x', sequences: [{ subject: 'a' }] }, 'sequences[0] needs email_body or variants'],
    [
      'a second mail without a delay',
      { name: 'x', sequences: [sequences[0], { email_body: 'b' }] },
      'sequences[1].delay_in_days is required',
    ],
    [
      'shares that are not the whole',
      {
        name: 'x',
        sequences: [
          {
            variants: [
              { subject: 'a', email_body: 'a', percentage: 50 },
              { subject: 'b', email_body: 'b', percentage: 40 },
            ],
          },
        ],
      },
      'sequences[0].variants must have percentage in all of them, adding up to 100',
    ],
    [
      'a wrong address',
      { name: 'x', leads: [...makeLeads(500), { email: 'nobody' }] },
      'leads[500].email must be an e-mail address',
    ],
    [
      'an unknown field of a lead',
      { name: 'x', leads: [{ email: 'a@b.example', title: 'Dr' }] },
      'leads[0].title is not known here',
    ],
    ['a start without what it needs', { name: 'x', start: true }, 'schedule is required to start a new campaign'],
    ['settings of an import that is none', { name: 'x', import_settings: {} }, 'import_settings is of use with leads only'],
    ['no mailbox at all', { name: 'x', mailboxes: {} }, 'mailboxes needs ids, addresses or tags'],
  ])('sends nothing at all for %s', async (_, callArguments, message) => {
    const { value, isError } = await running.call('build_campaign', callArguments);
    expect({ isError, code: value.code }).toEqual({ isError: true, code: 'invalid_arguments' });
    expect(value.message.toLowerCase()).toContain(message.toLowerCase());
    expect(running.operationsAsked()).toEqual([]);
  });

  it.each([
    [{ addresses: ['nobody@outreach.example.com'] }, 'mailboxes.addresses[0] is no mailbox of this account'],
    [{ tags: ['VIP'] }, 'mailboxes.tags[0] is a tag that no mailbox has'],
  ])('writes nothing where %j names no mailbox', async (mailboxes, message) => {
    const { value } = await running.call('build_campaign', { ...whole, mailboxes });
    expect(value).toMatchObject({ code: 'invalid_arguments', message: expect.stringContaining(message) });
    expect(running.operationsAsked()).toEqual(['email-accounts/get-all']);
  });

  describe.each(writes)('where step %s fails', (step, operation) => {
    it.each<FaultMode>(['429', 'drop-after-apply'])(
      'with %s, says what there is, and goes on to one whole campaign',
      async (mode) => {
        // More often than an idempotent write is repeated by itself.
        running.sandbox.failNext({ operation, mode, times: 9 });
        const { value, isError } = await running.call('build_campaign', whole);
        running.sandbox.clearFaults();
        expect(isError).toBe(true);
        const position = stepNames.indexOf(step);
        expect(value.done.map((entry: { step: string }) => entry.step)).toEqual(stepNames.slice(0, position));
        expect(value.failed).toMatchObject({
          step,
          outcome: mode === '429' ? 'not_applied' : 'unknown',
          error: { code: mode === '429' ? 'smartlead_rate_limited' : 'outcome_unknown' },
        });
        expect(value.notDone).toEqual(stepNames.slice(position + 1));
        expect(value.campaignId === undefined).toBe(step === 'create');
        // As nextStep says: look for it, where it is not known whether there is one.
        const [existing] = await campaignsNamed(whole.name);
        const campaignId = value.campaignId ?? existing?.id;
        const again = await running.call('build_campaign', {
          ...whole,
          ...(campaignId === undefined ? {} : { campaign_id: campaignId }),
          ...(mode === '429' ? {} : { repeat: true }),
        });
        expect({ isError: again.isError, value: again.value }).toMatchObject({ isError: false, value: { notDone: [] } });
        await expectWhole();
      },
    );
  });

  it('called again with the same arguments, goes on by itself: what was done is not sent again', async () => {
    running.sandbox.failNext({ operation: 'campaigns/update-sequences', mode: '429', times: 1 });
    const first = await running.call('build_campaign', whole);
    expect(first.value.failed.step).toBe('sequences');
    running.operationsAsked();
    const second = await running.call('build_campaign', whole);
    expect(second).toMatchObject({ isError: false, value: { campaignId: first.value.campaignId } });
    expect(second.value.done[0]).toMatchObject({ step: 'create', sentBefore: expect.any(String) });
    // Settings and schedule are the same however often they are sent, and mailboxes are read for each question, too.
    const harmless = ['campaigns/update-settings', 'campaigns/update-schedule', 'email-accounts/get-all'];
    expect(running.operationsAsked().filter((operation) => !harmless.includes(operation ?? ''))).toEqual([
      'campaigns/update-sequences',
      'campaigns/add-email-accounts',
      ...Array(3).fill('campaigns/add-leads'),
      'campaigns/update-status',
    ]);
    await expectWhole();
  });

  it('says which leads are in when the import fails half-way', async () => {
    const { value: empty } = await running.call('build_campaign', { name: 'Half-way' });
    const stop = new AbortController();
    const { value, isError } = await running.call(
      'build_campaign',
      { campaign_id: empty.campaignId, leads: makeLeads(900) },
      { signal: stop.signal, onProgress: ({ done }) => done === 1 && stop.abort() },
    );
    expect(isError).toBe(true);
    expect(value.failed).toMatchObject({
      step: 'leads',
      reason: 'cancelled',
      outcome: 'not_applied',
      rowsSent: 400,
      rowsNotSent: { from: 400, to: 899, count: 500 },
    });
  });

  it('never replaces mails that a campaign has', async () => {
    const [campaign] = await campaignsNamed('Autumn draft');
    running.operationsAsked();
    const { value, isError } = await running.call('build_campaign', {
      campaign_id: campaign?.id,
      sequences,
      leads: makeLeads(1),
    });
    expect({ isError, code: value.code }).toEqual({ isError: true, code: 'smartlead_conflict' });
    expect(value.message).toContain('has 3 other mails');
    expect([...new Set(running.operationsAsked())]).toEqual(['campaigns/get-by-id', 'campaigns/get-sequences']);
  });

  it.each([
    [999_999, 'smartlead_not_found'],
    ['Old price list', 'smartlead_conflict'],
  ])('does not go on with campaign %s', async (which, code) => {
    const id = typeof which === 'number' ? which : (await campaignsNamed(which))[0]?.id;
    const { value } = await running.call('build_campaign', { campaign_id: id, schedule });
    expect(value.code).toBe(code);
  });

  it('asks before it sends mail, with the numbers of leads and mailboxes', async () => {
    const outcome = await running.features.tools.call('build_campaign', whole, {
      signal: new AbortController().signal,
      requestId: '1',
      session: 's',
      asks: 'protocol',
      progress: () => undefined,
    });
    expect(outcome.kind).toBe('question');
    const message = outcome.kind === 'question' ? outcome.question.message : '';
    expect(message).toContain('900');
    expect(message).toContain('3 mailboxes');
    expect(running.operationsAsked()).toEqual(['email-accounts/get-all']);
  });

  it('asks about one lead and one mailbox in words for one', async () => {
    const one = { name: 'One', leads: makeLeads(1), mailboxes: { ids: [1] } };
    const context = { ...readContext, asks: 'protocol', progress: () => undefined } as const;
    const outcome = await running.features.tools.call('build_campaign', one, context);
    expect(outcome).toMatchObject({ question: { message: expect.stringContaining('with 1 new lead and 1 mailbox.') } });
  });

  it('reads the mailboxes once for the question and its answer, and once to take them', async () => {
    running.operationsAsked();
    await running.call('build_campaign', { name: 'Tagged', leads: makeLeads(1), mailboxes: { tags: ['warm-up only'] } });
    expect(running.operationsAsked().filter((id) => id === 'email-accounts/get-all')).toHaveLength(2);
  });

  it('needs no switch as long as nothing is sent', async () => {
    const careful = await startSandboxInstance({ policy: { policy: 'standard', allow: [] } });
    try {
      const { start: _start, leads: _leads, ...harmless } = whole;
      expect((await careful.call('build_campaign', harmless)).isError).toBe(false);
      expect((await careful.call('build_campaign', whole)).value).toMatchObject({ code: 'not_allowed' });
    } finally {
      await careful.close();
    }
  });
});
