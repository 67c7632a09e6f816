import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addFigures, type Figures, ratesOf } from '../../../../container/instance/composite/campaign-figures.ts';
import { daysIn, longestRangeDays, rangeBefore, splitRange } from '../../../../container/instance/composite/date-ranges.ts';
import { type CampaignRow, campaignNamed } from '../../../selfhost/sandbox/sandbox-client.ts';
import { type SandboxInstance, startSandboxInstance } from './sandbox-instance.ts';

// The sandbox's clock stands in March 2026 and its events reach back 60 days.
const range = { start_date: '2025-12-20', end_date: '2026-03-18' };

let running: SandboxInstance;
beforeAll(async () => {
  running = await startSandboxInstance();
});
afterAll(() => running.close());
afterEach(() => {
  running.sandbox.clearFaults();
  running.sandbox.clearRequests();
});

interface StatisticsRow {
  sent_time: string;
  open_time: string | null;
  click_time: string | null;
  reply_time: string | null;
  is_bounced: boolean;
  is_unsubscribed: boolean;
}

/** Counts of a campaign, made from its single mails: all of them were sent within the range. */
async function countsFromMails(campaignId: number) {
  const { data } = await running.smartlead.read<{ data: StatisticsRow[] }>(`/campaigns/${campaignId}/statistics`, {
    limit: 1000,
  });
  const count = (test: (row: StatisticsRow) => boolean) => data.filter(test).length;
  return {
    sent: data.length,
    opened: count((row) => row.open_time !== null),
    clicked: count((row) => row.click_time !== null),
    replied: count((row) => row.reply_time !== null),
    bounced: count((row) => row.is_bounced),
    unsubscribed: count((row) => row.is_unsubscribed),
  };
}

const percent = (part: number, whole: number) => Math.round((part / whole) * 10_000) / 100;

describe('report_campaigns', () => {
  it('adds up months to what the single mails say, with rates made from the sums', async () => {
    const { id } = await campaignNamed(running.smartlead, 'Spring outreach: logistics');
    const { value, isError, progress } = await running.call('report_campaigns', { ...range, campaign_ids: [id] });
    const counts = await countsFromMails(id);
    expect(counts.sent).toBeGreaterThan(100);
    expect(isError).toBe(false);
    expect(value.campaigns).toHaveLength(1);
    expect(value.campaigns[0]).toMatchObject({
      campaignId: id,
      name: 'Spring outreach: logistics',
      ...counts,
      openRate: percent(counts.opened, counts.sent),
      clickRate: percent(counts.clicked, counts.sent),
      replyRate: percent(counts.replied, counts.sent),
      bounceRate: percent(counts.bounced, counts.sent),
      unsubscribeRate: percent(counts.unsubscribed, counts.sent),
      positiveReplyRate: expect.any(Number),
      leadsAtMost: { leadsMailed: expect.any(Number), leadsOpened: expect.any(Number), leadsClicked: expect.any(Number) },
    });
    expect(value).not.toHaveProperty('incomplete');
    expect(value.note).toContain('leadsAtMost');
    expect(progress.at(-1)).toMatchObject({ done: 6, total: 6 });
  });

  it('reports on all campaigns with one request a month, and the total is the sum', async () => {
    const { value } = await running.call('report_campaigns', range);
    const asked = running.operationsAsked();
    expect(asked).toEqual(Array(3).fill('analytics/campaign-performance'));
    const campaigns = await running.smartlead.read<CampaignRow[]>('/campaigns/');
    expect(value.campaigns).toHaveLength(campaigns.length);
    let total: Figures = {};
    for (const { id } of campaigns) {
      const { sent, opened, replied, bounced } = await countsFromMails(id);
      const row = value.campaigns.find((candidate: { campaignId: number }) => candidate.campaignId === id);
      expect(row).toMatchObject({ sent, opened, replied, bounced });
      total = addFigures(total, { sent, opened, replied, bounced });
    }
    expect(value.total).toMatchObject({ campaigns: campaigns.length, ...total, replyRate: ratesOf(total).replyRate });
    const sent = value.campaigns.map((row: { sent: number }) => row.sent);
    expect(sent).toEqual([...sent].sort((one: number, other: number) => other - one));
  });

  it('gives numbers of leads as they are where nothing was added up', async () => {
    const { id } = await campaignNamed(running.smartlead, 'Partner programme');
    const month = { start_date: '2026-03-01', end_date: '2026-03-18' };
    const { value } = await running.call('report_campaigns', { ...month, campaign_ids: [id] });
    const exact = await running.smartlead.read<Record<string, string>>(`/campaigns/${id}/analytics-by-date`, month);
    expect(value.campaigns[0]).toMatchObject({
      leadsMailed: Number(exact.unique_sent_count),
      leadsOpened: Number(exact.unique_open_count),
    });
    expect(value.campaigns[0]).not.toHaveProperty('leadsAtMost');
    expect(value).not.toHaveProperty('note');
  });

  it('lists as many campaigns as asked for, with the total over all', async () => {
    const all = await running.call('report_campaigns', range);
    const { value } = await running.call('report_campaigns', { ...range, limit: 2 });
    expect(value.campaigns).toEqual(all.value.campaigns.slice(0, 2));
    expect(value.total).toEqual(all.value.total);
    expect(value.campaignsNotListed).toBe(all.value.campaigns.length - 2);
  });

  it('can be told to ask for every campaign, or for none', async () => {
    const { id } = await campaignNamed(running.smartlead, 'Clinics pilot');
    const plain = await running.call('report_campaigns', { ...range, campaign_ids: [id], detail: false });
    expect(plain.value.campaigns[0]).not.toHaveProperty('clicked');
    const detailed = await running.call('report_campaigns', { ...range, detail: true });
    const row = detailed.value.campaigns.find(({ campaignId }: { campaignId: number }) => campaignId === id);
    expect(row).toMatchObject(await countsFromMails(id));
  });

  it('reports what could not be read, and the rest', async () => {
    const first = await campaignNamed(running.smartlead, 'Clinics pilot');
    const second = await campaignNamed(running.smartlead, 'Old price list');
    running.sandbox.failNext({ operation: 'campaigns/get-analytics-by-date', mode: '500', times: 1 });
    const ids = [first.id, second.id];
    const { value, isError } = await running.call('report_campaigns', { ...range, campaign_ids: ids });
    expect(isError).toBe(false);
    expect(value.incomplete).toEqual([
      expect.objectContaining({
        campaignId: first.id,
        from: '2025-12-20',
        to: '2026-01-19',
        what: 'all counts',
        error: expect.objectContaining({ code: 'smartlead_failed' }),
      }),
    ]);
    const row = value.campaigns.find(({ campaignId }: { campaignId: number }) => campaignId === second.id);
    expect(row).toMatchObject(await countsFromMails(second.id));
  });

  it('names a campaign that there is not', async () => {
    const { id } = await campaignNamed(running.smartlead, 'Clinics pilot');
    const { value } = await running.call('report_campaigns', { ...range, campaign_ids: [id, 4_040_404], detail: false });
    expect(value.campaignsNotFound).toEqual([4_040_404]);
    const detailed = await running.call('report_campaigns', { ...range, campaign_ids: [id, 4_040_404], detail: true });
    expect(detailed.value.campaignsNotFound).toEqual([4_040_404]);
    expect(detailed.value).not.toHaveProperty('incomplete');
    const alone = await running.call('report_campaigns', { ...range, campaign_ids: [4_040_404] });
    expect(alone).toMatchObject({ isError: true, value: { code: 'smartlead_not_found' } });
  });

  it.each([
    [{ start_date: '2026-03-02', end_date: '2026-03-01' }, 'end_date must not be before start_date'],
    [{ start_date: '2026-03-02', end_date: '2026-02-30' }, 'end_date must be a date'],
    [{ ...range, client_id: 1, campaign_ids: [1] }, 'campaign_ids must not be given together with client_id'],
    [{ start_date: '2000-01-01', end_date: '2026-01-01', campaign_ids: [1, 2, 3] }, 'this would take more than 600 requests'],
  ])('refuses %j', async (callArguments, message) => {
    const { value } = await running.call('report_campaigns', callArguments);
    expect(value.code).toBe('invalid_arguments');
    expect(value.message.toLowerCase()).toContain(message.toLowerCase());
    expect(running.operationsAsked()).toEqual([]);
  });

  it('ends when it is cancelled', async () => {
    const stop = new AbortController();
    const { value } = await running.call('report_campaigns', range, {
      signal: stop.signal,
      onProgress: ({ done }) => done === 1 && stop.abort(),
    });
    expect(value.code).toBe('cancelled');
    expect(running.operationsAsked()).toHaveLength(1);
  });
});

describe('ranges', () => {
  const day = fc.integer({ min: 0, max: 20_000 }).map((number) => new Date(number * 86_400_000).toISOString().slice(0, 10));
  const ranges = fc.tuple(day, day).map(([one, other]) => (one <= other ? { from: one, to: other } : { from: other, to: one }));
  const next = (date: string) => new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

  it('are split into parts that follow each other without a gap, none too long, and no more than needed', () => {
    fc.assert(
      fc.property(ranges, fc.integer({ min: 1, max: 400 }), (whole, mostDays) => {
        const parts = splitRange(whole, mostDays);
        expect(parts[0]?.from).toBe(whole.from);
        expect(parts.at(-1)?.to).toBe(whole.to);
        // One expectation for all of them: there can be thousands.
        const wrong = parts.filter((part, index) => {
          const days = daysIn(part);
          const follows = index === 0 || part.from === next(parts[index - 1]?.to ?? '');
          return days < 1 || days > mostDays || !follows;
        });
        expect(wrong).toEqual([]);
        expect(parts).toHaveLength(Math.ceil(daysIn(whole) / mostDays));
      }),
      { numRuns: 300 },
    );
  });

  it('are short enough for Smartlead', () => expect(longestRangeDays).toBe(31));

  it('have a range of as many days before them', () => {
    fc.assert(
      fc.property(ranges, (whole) => {
        const before = rangeBefore(whole);
        expect(daysIn(before)).toBe(daysIn(whole));
        expect(next(before.to)).toBe(whole.from);
      }),
    );
  });
});
