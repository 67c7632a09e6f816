import { expect, test } from 'vitest';
import { campaignStatuses } from '../../../selfhost/sandbox/state/campaign.ts';
import {
  type CampaignRow,
  campaignNamed,
  type LeadPage,
  ManualClock,
  SandboxClient,
  unhurriedClock,
  withSandbox,
} from './sandbox-client.ts';

/** What an account looks like from outside, over several resources. */
async function snapshot(client: SandboxClient) {
  const campaigns = await client.read<CampaignRow[]>('/campaigns/', { include_tags: true });
  const details = [];
  for (const campaign of campaigns) {
    details.push(await client.read(`/campaigns/${campaign.id}/analytics`));
    details.push(await client.read(`/campaigns/${campaign.id}/statistics`, { limit: 1000 }));
    details.push(await client.read(`/campaigns/${campaign.id}/sequences`));
  }
  return [campaigns, details, await client.read('/email-accounts/'), await client.write('/master-inbox/inbox-replies', {})];
}

test('the same key on the same day is the same account, in another process too; another key is not', async () => {
  const views: string[] = [];
  for (const [key, start] of [
    ['demo-twin', '2026-03-18T01:00:00Z'],
    ['demo-twin', '2026-03-18T20:00:00Z'],
    ['demo-other', '2026-03-18T01:00:00Z'],
  ] as const) {
    await withSandbox({ clock: new ManualClock(start, 4000) }, async (sandbox) => {
      views.push(JSON.stringify(await snapshot(new SandboxClient(sandbox, key))));
    });
  }
  expect(views[1]).toBe(views[0]);
  expect(views[2]).not.toBe(views[0]);
});

test('the same writes give the same ids', async () => {
  const answers: unknown[] = [];
  for (let run = 0; run < 2; run += 1) {
    await withSandbox({ clock: unhurriedClock() }, async (sandbox) => {
      const client = new SandboxClient(sandbox);
      const { id } = await client.write<{ id: number }>('/campaigns/create', { name: 'a' });
      const leads = await client.write(`/campaigns/${id}/leads`, {
        lead_list: [{ email: 'a@b.test' }],
        settings: { return_lead_ids: true },
      });
      answers.push([id, leads, await client.write('/client/save', { name: 'c', email: 'c@d.test' })]);
    });
  }
  expect(answers[1]).toEqual(answers[0]);
});

test('every account has campaigns in every status, work in progress, mailboxes and answers of every category', async () => {
  await withSandbox({ clock: unhurriedClock() }, async (sandbox) => {
    for (let index = 0; index < 12; index += 1) {
      const client = new SandboxClient(sandbox, `demo-${index}`);
      const campaigns = await client.read<CampaignRow[]>('/campaigns/');
      expect(new Set(campaigns.map((campaign) => campaign.status))).toEqual(new Set(campaignStatuses));
      expect(await client.read<unknown[]>('/email-accounts/')).toHaveLength(8);
      const seen = new Set<number | null>();
      const statuses = new Set<string>();
      for (const campaign of campaigns) {
        const leads = await client.read<LeadPage>(`/campaigns/${campaign.id}/leads`);
        for (const row of leads.data) {
          seen.add(row.lead_category_id);
          statuses.add(row.status);
        }
      }
      expect([...seen].filter((id) => id !== null).sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect([...statuses].sort()).toEqual(['BLOCKED', 'COMPLETED', 'INPROGRESS', 'PAUSED', 'STARTED', 'STOPPED']);
    }
  });
});

test('everything seeded happened in the 60 days before today, and nothing later', () =>
  withSandbox({ clock: unhurriedClock() }, async (sandbox) => {
    const client = new SandboxClient(sandbox);
    const times: number[] = [];
    for (const campaign of await client.read<CampaignRow[]>('/campaigns/')) {
      const { data } = await client.read<{ data: Record<string, unknown>[] }>(`/campaigns/${campaign.id}/statistics`, {
        limit: 1000,
      });
      for (const row of data) {
        const steps = ['sent_time', 'open_time', 'click_time', 'reply_time']
          .map((name) => row[name])
          .filter((time) => typeof time === 'string');
        times.push(...steps.map((time) => Date.parse(time)));
        const opened = row.open_time === null || Date.parse(String(row.open_time)) >= Date.parse(String(row.sent_time));
        expect(opened).toBe(true);
      }
    }
    const today = Date.parse('2026-03-18');
    expect(Math.max(...times)).toBeLessThan(today);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(today - 60 * 86_400_000);
    expect(times.length).toBeGreaterThan(800);
  }));

test('all addresses are ones nobody can own, and one answer tries to give orders to an assistant', () =>
  withSandbox({ clock: unhurriedClock() }, async (sandbox) => {
    const client = new SandboxClient(sandbox);
    const campaign = await campaignNamed(client, 'Spring outreach: logistics');
    const inbox = await client.write<{ data: { email_lead_id: string }[] }>(
      '/master-inbox/inbox-replies?fetch_message_history=true',
      {
        filters: { campaignId: campaign.id },
      },
    );
    expect(JSON.stringify(inbox)).toContain('ignore all previous instructions');
    const text = JSON.stringify([await snapshot(client), inbox]);
    const domains = new Set([...text.matchAll(/@([a-z0-9.-]+\.[a-z]+)/gi)].map((match) => match[1]));
    expect(domains.size).toBeGreaterThan(5);
    for (const domain of domains) expect(domain).toMatch(/(\.test|(^|\.)example\.com)$/);
  }));

test('a sandbox starts and opens its first account with little work', async () => {
  const before = process.cpuUsage();
  await withSandbox({}, async (sandbox) => {
    await new SandboxClient(sandbox).get('/campaigns/');
    // Time in which it computes, not time in which it waits for others: some 20 ms.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(2_000);
  });
});
