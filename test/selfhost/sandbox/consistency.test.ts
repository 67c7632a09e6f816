import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Sandbox } from '../../../selfhost/sandbox/main.ts';
import { type CampaignRow, type LeadPage, type LeadRow, SandboxClient, unhurriedClock, withSandbox } from './sandbox-client.ts';

type Counts = Record<'sent_count' | 'open_count' | 'click_count' | 'reply_count' | 'bounce_count' | 'unsubscribed_count', string>;
type Analytics = Counts & {
  total_count: string;
  drafted_count: string;
  unique_sent_count: string;
  campaign_lead_stats: Record<'total' | 'notStarted' | 'inprogress' | 'completed' | 'paused' | 'stopped' | 'blocked', number>;
};

const wholeRange = { start_date: '2025-12-01', end_date: '2026-04-30' };

async function allLeads(client: SandboxClient, campaignId: number): Promise<LeadRow[]> {
  const rows: LeadRow[] = [];
  for (let offset = 0; ; offset += 40) {
    const page = await client.read<LeadPage>(`/campaigns/${campaignId}/leads`, { limit: 40, offset });
    rows.push(...page.data);
    if (page.data.length < 40) {
      expect(page.total_leads).toBe(String(rows.length));
      return rows;
    }
  }
}

/** Checks that every place that reports a figure reports the same one. */
async function expectAgreement(client: SandboxClient): Promise<void> {
  const campaigns = await client.read<CampaignRow[]>('/campaigns/');
  const totals = { sent: 0, opened: 0, replied: 0, bounced: 0 };
  for (const { id } of campaigns) {
    const analytics = await client.read<Analytics>(`/campaigns/${id}/analytics`);
    const leads = await allLeads(client, id);
    const stats = analytics.campaign_lead_stats;
    expect(Number(analytics.total_count)).toBe(leads.length);
    expect(stats.total).toBe(leads.length);
    expect(stats.notStarted + stats.inprogress + stats.completed + stats.paused + stats.stopped + stats.blocked).toBe(
      leads.length,
    );
    expect(Number(analytics.unique_sent_count) + Number(analytics.drafted_count)).toBe(leads.length);
    expect(new Set(leads.map((row) => row.lead.id)).size).toBe(leads.length);
    for (const [status, count] of [
      ['opened', analytics.open_count],
      ['clicked', analytics.click_count],
      ['replied', analytics.reply_count],
      ['bounced', analytics.bounce_count],
      ['unsubscribed', analytics.unsubscribed_count],
    ] as const) {
      const rows = await client.read<{ total_stats: string }>(`/campaigns/${id}/statistics`, { email_status: status, limit: 1 });
      expect([status, rows.total_stats]).toEqual([status, count]);
    }
    const rows = await client.read<{ total_stats: string; data: unknown[] }>(`/campaigns/${id}/statistics`, { limit: 1000 });
    expect([rows.total_stats, rows.data.length]).toEqual([analytics.sent_count, Number(analytics.sent_count)]);
    totals.sent += Number(analytics.sent_count);
    totals.opened += Number(analytics.open_count);
    totals.replied += Number(analytics.reply_count);
    totals.bounced += Number(analytics.bounce_count);
  }
  const overview = await client.read<{ data: { overall_stats: typeof totals } }>('/analytics/overall-stats-v2', wholeRange);
  expect(overview.data.overall_stats).toMatchObject(totals);
  for (const path of ['/analytics/day-wise-overall-stats', '/analytics/day-wise-overall-stats-by-sent-time']) {
    const days = await client.read<{ data: { day_wise_stats: (typeof totals & { date: string })[] } }>(path, {
      ...wholeRange,
      timezone: 'Asia/Tokyo',
    });
    const summed = { sent: 0, opened: 0, replied: 0, bounced: 0 };
    for (const day of days.data.day_wise_stats)
      for (const name of ['sent', 'opened', 'replied', 'bounced'] as const) summed[name] += day[name];
    expect([path, summed]).toEqual([path, totals]);
  }
  const performance = await client.read<{ data: { campaign_wise_performance: { sent: number }[] } }>(
    '/analytics/campaign/overall-stats',
    wholeRange,
  );
  expect(performance.data.campaign_wise_performance.reduce((sum, row) => sum + row.sent, 0)).toBe(totals.sent);
  const mailboxes = await client.read<{ data: { email_health_metrics: { sent: number }[] } }>(
    '/analytics/mailbox/name-wise-health-metrics',
    wholeRange,
  );
  expect(mailboxes.data.email_health_metrics.reduce((sum, row) => sum + row.sent, 0)).toBe(totals.sent);
}

test('in a new account all figures agree', () =>
  withSandbox({ clock: unhurriedClock() }, (sandbox) => expectAgreement(new SandboxClient(sandbox))));

type Step = { action: string; campaign: number; lead: number };

/** One write, chosen by numbers that are taken modulo what there is. Refusals are part of the game; failures are not. */
async function perform(client: SandboxClient, { action, campaign, lead }: Step): Promise<void> {
  const campaigns = await client.read<CampaignRow[]>('/campaigns/');
  const target = campaigns[campaign % Math.max(1, campaigns.length)];
  if (target === undefined) return;
  const base = `/campaigns/${target.id}`;
  const { data } = await client.read<LeadPage>(`${base}/leads`);
  const row = data[lead % Math.max(1, data.length)];
  const reply = await (() => {
    switch (action) {
      case 'add':
        return client.post(`${base}/leads`, {
          lead_list: [{ email: `added.${lead}@example.com` }, { email: row?.lead.email ?? 'a@b.test' }],
        });
      case 'duplicate':
        return client.post(`${base}/duplicate`, {});
      case 'delete-campaign':
        return client.send('DELETE', base);
      case 'delete-lead':
        return client.send('DELETE', `${base}/leads/${row?.lead.id ?? 1}`);
      case 'category':
        return client.post(`${base}/leads/${row?.lead.id ?? 1}/category`, {
          category_id: (lead % 7) + 1,
          pause_lead: lead % 2 === 0,
        });
      case 'complete':
        return client.post(`${base}/leads/${row?.campaign_lead_map_id ?? 1}/manual-complete`);
      case 'push':
        return client.post('/leads/push-to-campaign', { campaignId: target.id, action: 'copy', leadList: { allLeads: true } });
      case 'everywhere':
        return client.post(`/leads/${row?.lead.id ?? 1}/unsubscribe`);
      case 'stop':
        return client.post(`${base}/status`, { status: lead % 2 === 0 ? 'PAUSED' : 'STOPPED' });
      default:
        return client.post(`${base}/leads/${row?.lead.id ?? 1}/${action}`);
    }
  })();
  expect(reply.text).not.toContain('The sandbox failed');
  expect([200, 400, 404, 500]).toContain(reply.status);
}

const actions = [
  'add',
  'duplicate',
  'delete-campaign',
  'delete-lead',
  'category',
  'complete',
  'push',
  'everywhere',
  'stop',
  'pause',
  'resume',
  'unsubscribe',
];

test('after any sequence of writes all figures still agree', async () => {
  let run = 0;
  await withSandbox({ clock: unhurriedClock(), maximumAccounts: 1000 }, async (sandbox: Sandbox) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ action: fc.constantFrom(...actions), campaign: fc.nat(20), lead: fc.nat(200) }), {
          minLength: 1,
          maxLength: 12,
        }),
        async (steps) => {
          run += 1;
          const client = new SandboxClient(sandbox, `demo-run-${run}`);
          for (const step of steps) await perform(client, step);
          await expectAgreement(client);
        },
      ),
      { numRuns: 8, endOnFailure: true },
    );
  });
}, 60_000);

test('writes at the same time are all kept', () =>
  withSandbox({ clock: unhurriedClock() }, async (sandbox) => {
    const client = new SandboxClient(sandbox);
    const created = await Promise.all(
      Array.from({ length: 50 }, (_, index) => client.write<{ id: number }>('/campaigns/create', { name: `c${index}` })),
    );
    expect(new Set(created.map(({ id }) => id)).size).toBe(50);
    const names = (await client.read<CampaignRow[]>('/campaigns/')).map((row) => row.name);
    for (let index = 0; index < 50; index += 1) expect(names).toContain(`c${index}`);
    const rivals = Array.from({ length: 20 }, () =>
      client.write<{ total_leads: number }>(`/campaigns/${created[0]?.id}/leads`, { lead_list: [{ email: 'one@example.com' }] }),
    );
    expect((await Promise.all(rivals)).reduce((sum, { total_leads }) => sum + total_leads, 0)).toBe(1);
  }));
