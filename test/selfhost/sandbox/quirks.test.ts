import { describe, expect, test } from 'vitest';
import { campaignNamed, type LeadPage, SandboxClient, unhurriedClock, withSandbox } from './sandbox-client.ts';

/** What the real service does that its reference does not say, one test each. */
const quirk = (name: string, run: (client: SandboxClient) => Promise<void>) =>
  test(name, () => withSandbox({ clock: unhurriedClock() }, (sandbox) => run(new SandboxClient(sandbox))));

describe('what does not exist', () => {
  quirk('a missing campaign or lead is an empty object with 200', async (client) => {
    for (const path of ['/campaigns/1', '/campaigns/1/analytics', '/leads/?email=nobody@example.com', '/leads/1']) {
      const reply = await client.get(path.split('?')[0] ?? '', Object.fromEntries(new URLSearchParams(path.split('?')[1])));
      expect([path, reply.status, reply.body]).toEqual([path, 200, {}]);
    }
  });

  quirk('a change to a missing campaign is refused with an error text', async (client) => {
    const reply = await client.post('/campaigns/1/status', { status: 'START' });
    expect([reply.status, reply.body]).toEqual([404, { error: 'Campaign not found - Invalid campaign_id.' }]);
  });

  quirk('a missing mailbox carries a code of its own', async (client) => {
    const reply = await client.get('/email-accounts/123/');
    expect(reply.status).toBe(404);
    expect(reply.body).toEqual({
      ok: false,
      message: 'Email account not found!',
      errorCode: 'ACCOUNT_NOT_FOUND',
      emailAccountId: 123,
    });
  });

  quirk('the map id in place of the lead id gives 404', async (client) => {
    const campaign = await campaignNamed(client, 'Webinar follow-up');
    const [row] = (await client.read<LeadPage>(`/campaigns/${campaign.id}/leads`)).data;
    expect((await client.post(`/campaigns/${campaign.id}/leads/${row?.campaign_lead_map_id}/pause`)).status).toBe(404);
  });
});

describe('campaigns', () => {
  quirk('an active campaign cannot be deleted', async (client) => {
    const campaign = await campaignNamed(client, 'Founders in Europe');
    const reply = await client.send('DELETE', `/campaigns/${campaign.id}`);
    expect(reply.status).toBe(400);
    expect(reply.body).toEqual({
      success: false,
      error: { code: 'CAMPAIGN_ACTIVE', message: 'Cannot delete active campaign. Please stop it first.' },
    });
    await client.write(`/campaigns/${campaign.id}/status`, { status: 'STOPPED' });
    expect((await client.send('DELETE', `/campaigns/${campaign.id}`)).body).toEqual({ ok: true });
    expect(await client.read(`/campaigns/${campaign.id}`)).toEqual({});
  });

  quirk('STOPPED is final', async (client) => {
    const campaign = await campaignNamed(client, 'Old price list');
    expect((await client.post(`/campaigns/${campaign.id}/status`, { status: 'START' })).status).toBe(400);
  });

  quirk(
    'a new campaign starts only with sequence, sender and schedule; it is written as START and read as ACTIVE',
    async (client) => {
      const { id } = await client.write<{ id: number }>('/campaigns/create', { name: 'New' });
      const start = () => client.post(`/campaigns/${id}/status`, { status: 'START' });
      expect((await start()).text).toContain('sequence');
      await client.write(`/campaigns/${id}/sequences`, {
        sequences: [{ id: null, seq_number: 1, subject: 's', email_body: 'b', seq_delay_details: { delay_in_days: 0 } }],
      });
      expect((await start()).text).toContain('email account');
      const [mailbox] = await client.read<{ id: number }[]>('/email-accounts/', { limit: 1 });
      await client.write(`/campaigns/${id}/email-accounts`, { email_account_ids: [mailbox?.id] });
      expect((await start()).text).toContain('schedule');
      const times = { days_of_the_week: [1, 5], start_hour: '08:00', end_hour: '17:30' };
      await client.write(`/campaigns/${id}/schedule`, {
        timezone: 'Europe/Berlin',
        ...times,
        min_time_btw_emails: 7,
        max_new_leads_per_day: 33,
      });
      expect((await start()).body).toEqual({ ok: true });
      expect(await client.read(`/campaigns/${id}`)).toMatchObject({
        status: 'ACTIVE',
        scheduler_cron_value: { tz: 'Europe/Berlin', days: [1, 5], startHour: '08:00', endHour: '17:30' },
        min_time_btwn_emails: 7,
        max_leads_per_day: 33,
      });
    },
  );

  quirk('settings are written in words that cannot be read back', async (client) => {
    const { id } = await client.write<{ id: number }>('/campaigns/create', {});
    const settings = {
      name: 'Renamed',
      track_settings: ['DONT_TRACK_EMAIL_OPEN', 'DONT_TRACK_LINK_CLICK'],
      stop_lead_settings: 'CLICK_ON_A_LINK',
    };
    await client.write(`/campaigns/${id}/settings`, settings);
    const read = await client.read<{ track_settings: string[] }>(`/campaigns/${id}`);
    expect(read).toMatchObject({
      name: 'Renamed',
      track_settings: ['DONT_EMAIL_OPEN', 'DONT_LINK_CLICK'],
      stop_lead_settings: 'CLICKED_LINK',
    });
    expect((await client.post(`/campaigns/${id}/settings`, { track_settings: read.track_settings })).status).toBe(400);
  });

  quirk('saving sequences replaces the whole list, is refused while active, and renames the delay', async (client) => {
    const active = await campaignNamed(client, 'Founders in Europe');
    const step = (seq_number: number, id: number | null = null) => ({
      id,
      seq_number,
      subject: `Step ${seq_number}`,
      email_body: 'Hi',
      seq_delay_details: { delay_in_days: seq_number },
    });
    expect((await client.post(`/campaigns/${active.id}/sequences`, { sequences: [step(1)] })).status).toBe(400);
    const paused = await campaignNamed(client, 'Webinar follow-up');
    const before = await client.read<{ id: number }[]>(`/campaigns/${paused.id}/sequences`);
    expect(before).toHaveLength(3);
    const saved = await client.write<{ data: { sequences: { id: number; seqNumber: number }[] } }>(
      `/campaigns/${paused.id}/sequences`,
      {
        sequences: [step(2), step(1, before[0]?.id ?? 0)],
      },
    );
    expect(saved.data.sequences.map((row) => row.seqNumber)).toEqual([1, 2]);
    expect(saved.data.sequences[0]?.id).toBe(before[0]?.id);
    expect(await client.read(`/campaigns/${paused.id}/sequences`)).toMatchObject([
      { seq_number: 1, subject: 'Step 1', seq_delay_details: { delayInDays: 1 } },
      { seq_number: 2, subject: 'Step 2', seq_delay_details: { delayInDays: 2 } },
    ]);
  });

  quirk('a copy is a draft with the steps and without the leads', async (client) => {
    const original = await campaignNamed(client, 'Clinics pilot');
    const { newCampaignId } = await client.write<{ newCampaignId: number }>(`/campaigns/${original.id}/duplicate`, {});
    expect(await client.read(`/campaigns/${newCampaignId}`)).toMatchObject({ name: 'Clinics pilot - copy', status: 'DRAFTED' });
    expect(await client.read(`/campaigns/${newCampaignId}/sequences`)).toHaveLength(3);
    expect(await client.read<LeadPage>(`/campaigns/${newCampaignId}/leads`)).toMatchObject({ total_leads: '0', data: [] });
  });

  quirk('figures by date are refused beyond about a month', async (client) => {
    const { id } = await campaignNamed(client, 'Clinics pilot');
    const of = async (start_date: string, end_date: string) =>
      (await client.get(`/campaigns/${id}/analytics-by-date`, { start_date, end_date })).status;
    expect(await of('2026-02-01', '2026-03-03')).toBe(200);
    expect(await of('2026-01-01', '2026-03-03')).toBe(400);
    expect(await of('2026-03-03', '2026-02-01')).toBe(400);
  });
});

describe('leads', () => {
  quirk('every uploaded lead ends in one count', async (client) => {
    const { id } = await campaignNamed(client, 'Autumn draft');
    const [present] = (await client.read<LeadPage>(`/campaigns/${id}/leads`)).data;
    const emails = ['new@example.com', 'NEW@example.com', present?.lead.email, 'someone@competitor.test'];
    const body = { lead_list: emails.map((email) => ({ email })) };
    expect(await client.write(`/campaigns/${id}/leads`, body)).toMatchObject({
      upload_count: 4,
      total_leads: 1,
      duplicate_count: 1,
      already_added_to_campaign: 1,
      block_count: 1,
    });
    expect(await client.write(`/campaigns/${id}/leads`, body)).toMatchObject({ total_leads: 0 });
    const ignoring = { ...body, settings: { ignore_global_block_list: true } };
    expect(await client.write(`/campaigns/${id}/leads`, ignoring)).toMatchObject({ total_leads: 1, block_count: 0 });
  });

  quirk('deleting answers a bare word, exporting a table', async (client) => {
    const { id } = await campaignNamed(client, 'Autumn draft');
    const [row] = (await client.read<LeadPage>(`/campaigns/${id}/leads`)).data;
    await client.write(`/campaigns/${id}/leads/${row?.lead.id}/`, {
      email: row?.lead.email,
      company_name: 'Quote " and\nbreak, Ltd',
    });
    const csv = await client.get(`/campaigns/${id}/leads-export`);
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(csv.text).toContain('"Quote "" and\nbreak, Ltd"');
    const deleted = await client.send('DELETE', `/campaigns/${id}/leads/${row?.lead.id}`);
    expect([deleted.status, deleted.text]).toEqual([200, 'success']);
    expect((await client.read<LeadPage>(`/campaigns/${id}/leads`)).total_leads).toBe('11');
  });

  quirk('pause, resume and complete move the status; the last step cannot be resumed', async (client) => {
    const { id } = await campaignNamed(client, 'Autumn draft');
    const rows = (await client.read<LeadPage>(`/campaigns/${id}/leads`)).data;
    const statusOf = async (leadId: number) =>
      (await client.read<LeadPage>(`/campaigns/${id}/leads`)).data.find((row) => row.lead.id === leadId)?.status;
    const leadId = rows[0]?.lead.id ?? 0;
    await client.write(`/campaigns/${id}/leads/${leadId}/pause`);
    expect(await statusOf(leadId)).toBe('PAUSED');
    await client.write(`/campaigns/${id}/leads/${leadId}/resume`);
    expect(await statusOf(leadId)).toBe('STARTED');
    await client.write(`/campaigns/${id}/leads/${rows[0]?.campaign_lead_map_id}/manual-complete`);
    expect(await statusOf(leadId)).toBe('COMPLETED');
    const done = await campaignNamed(client, 'Clinics pilot');
    const finished = await client.read<{ data: { lead_email: string }[] }>(`/campaigns/${done.id}/statistics`, {
      email_sequence_number: 3,
    });
    const lead = await client.read<{ id: number }>('/leads/', { email: finished.data[0]?.lead_email ?? '' });
    expect((await client.post(`/campaigns/${done.id}/leads/${lead.id}/resume`)).status).toBe(400);
  });

  quirk('unsubscribing twice says that nothing changed, with 200', async (client) => {
    const { id } = await campaignNamed(client, 'Autumn draft');
    const leadId = (await client.read<LeadPage>(`/campaigns/${id}/leads`)).data[0]?.lead.id;
    expect(await client.write(`/leads/${leadId}/unsubscribe`)).toEqual({ ok: true });
    expect(await client.write(`/leads/${leadId}/unsubscribe`)).toEqual({ ok: false });
  });
});

quirk(
  'mailboxes hand out passwords: base64 in the list, plain elsewhere, and never the one that was typed in',
  async (client) => {
    const mailbox = {
      from_name: 'New',
      from_email: 'new@example.com',
      user_name: 'new@example.com',
      password: 'typed-canary',
      imap_password: 'typed-canary',
      smtp_host: 'smtp.example.com',
      smtp_port: 587,
      imap_host: 'imap.example.com',
      imap_port: 993,
      warmup_enabled: false,
    };
    const { data } = await client.write<{ data: { id: number } }>('/email-accounts/save', mailbox);
    const listed = (await client.read<{ id: number; password: string }[]>('/email-accounts/')).find((row) => row.id === data.id);
    const single = await client.read<{ password: string; imap_password: string }>(`/email-accounts/${data.id}/`);
    expect(single.password).toMatch(/^sandbox-smtp-password-/);
    expect(single.imap_password).toMatch(/^sandbox-imap-password-/);
    expect(Buffer.from(listed?.password ?? '', 'base64').toString()).toBe(single.password);
    expect(JSON.stringify([listed, single])).not.toContain('typed-canary');
  },
);

quirk('DELETE with a body works, and DELETE unsuspend restores', async (client) => {
  const { id } = await campaignNamed(client, 'Autumn draft');
  const [mailbox] = await client.read<{ id: number }[]>(`/campaigns/${id}/email-accounts`);
  await client.send('DELETE', `/campaigns/${id}/email-accounts`, { body: { email_account_ids: [mailbox?.id] } });
  expect(await client.read(`/campaigns/${id}/email-accounts`)).toHaveLength(2);
  const suspended = async () => (await client.read<{ is_suspended: boolean }>(`/email-accounts/${mailbox?.id}/`)).is_suspended;
  await client.send('PUT', `/email-accounts/suspend/${mailbox?.id}`);
  expect(await suspended()).toBe(true);
  await client.send('DELETE', `/email-accounts/unsuspend/${mailbox?.id}`);
  expect(await suspended()).toBe(false);
});

test('the prospect host tells failures of credits with status 200', () =>
  withSandbox({ clock: unhurriedClock() }, async (sandbox) => {
    const client = new SandboxClient(sandbox);
    const post = async (path: string, body: unknown) =>
      (await client.send('POST', path, { host: 'prospect', body })).body as Record<string, unknown>;
    const found = (await post('/search-contacts', { limit: 2 })) as {
      data: { filter_id: number; scroll_id: string; list: { id: string }[] };
    };
    const next = (await post('/search-contacts', { limit: 2, scroll_id: found.data.scroll_id })) as typeof found;
    expect(next.data.list[0]?.id).not.toBe(found.data.list[0]?.id);
    const fetch = (limit: number, filter_id: number) => post('/fetch-contacts', { filter_id, limit });
    expect(await fetch(201, found.data.filter_id)).toEqual({
      success: false,
      message: 'You can fetch at most 200 contacts at a time',
    });
    for (const success of [true, true, false]) {
      const search = (await post('/search-contacts', { limit: 1 })) as typeof found;
      expect(await fetch(200, search.data.filter_id)).toMatchObject({ success });
    }
    // What was paid for once is not paid for again.
    const search = (await post('/search-contacts', { limit: 1 })) as typeof found;
    expect(await fetch(100, search.data.filter_id)).toMatchObject({ success: true });
    expect(await fetch(100, search.data.filter_id)).toMatchObject({ success: true });
  }));

quirk('inbox changes show in the lists', async (client) => {
  interface Row {
    email_lead_map_id: string;
    has_new_unread_email: boolean;
    lead_category_id: number | null;
    revenue: number;
  }
  const unread = async () => (await client.write<{ data: Row[] }>('/master-inbox/unread-replies', {})).data;
  const [row] = await unread();
  const email_lead_map_id = Number(row?.email_lead_map_id);
  await client.send('PATCH', '/master-inbox/change-read-status', { body: { email_lead_map_id, read_status: true } });
  expect((await unread()).map((other) => Number(other.email_lead_map_id))).not.toContain(email_lead_map_id);
  await client.send('PATCH', '/master-inbox/update-category', { body: { email_lead_map_id, category_id: 6 } });
  await client.send('PATCH', '/master-inbox/update-revenue', { body: { email_lead_map_id, revenue: 1234.5 } });
  const { data } = await client.read<{ data: Row }>(`/master-inbox/${email_lead_map_id}`);
  expect(data).toMatchObject({ lead_category_id: 6, revenue: 1234.5, has_new_unread_email: false });
  const filtered = await client.write<{ data: Row[] }>('/master-inbox/inbox-replies', {
    filters: { leadCategories: { categoryIdsIn: [6] }, emailStatus: 'Replied' },
  });
  expect(filtered.data.length).toBeGreaterThan(0);
  for (const other of filtered.data) expect(other.lead_category_id).toBe(6);
});
