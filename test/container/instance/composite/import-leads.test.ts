import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchLeads } from '../../../../container/instance/composite/lead-batches.ts';
import { campaignNamed } from '../../../selfhost/sandbox/sandbox-client.ts';
import { makeLeads, type SandboxInstance, startSandboxInstance } from './sandbox-instance.ts';

let running: SandboxInstance;
let campaignId: number;
beforeEach(async () => {
  running = await startSandboxInstance();
  campaignId = (await campaignNamed(running.smartlead, 'Autumn draft')).id;
  running.operationsAsked();
});
afterEach(() => running.close());

async function leadsInCampaign(): Promise<number> {
  const page = await running.smartlead.read<{ total_leads: string }>(`/campaigns/${campaignId}/leads`, { limit: 1 });
  return Number(page.total_leads);
}

/** Rows of each request that left. */
function rowsSent(): number[] {
  return running.sandbox
    .requests()
    .filter(({ operation }) => operation === 'campaigns/add-leads')
    .map(({ body }) => (body as { lead_list: unknown[] }).lead_list.length);
}

describe('import_leads', () => {
  it('adds 1,000 leads in three requests and tells how far it is', async () => {
    const before = await leadsInCampaign();
    const { value, isError, progress } = await running.call('import_leads', { campaign_id: campaignId, leads: makeLeads(1000) });
    expect({ isError, value }).toMatchObject({
      isError: false,
      value: { campaignId, rowsGiven: 1000, rowsSent: 1000, counts: { added: 1000 }, batches: { sent: 3, of: 3 } },
    });
    expect(rowsSent()).toEqual([400, 400, 200]);
    expect(progress.map(({ done, total }) => [done, total])).toEqual([
      [400, 1000],
      [800, 1000],
      [1000, 1000],
    ]);
    expect(await leadsInCampaign()).toBe(before + 1000);
  });

  it('passes on what Smartlead counts, over all requests', async () => {
    const { data } = await running.smartlead.read<{ data: { lead: { email: string } }[] }>(`/campaigns/${campaignId}/leads`);
    await running.smartlead.post('/leads/add-domain-block-list', { domain_block_list: ['blocked.example.com'] });
    const known = data.slice(0, 5).map(({ lead }) => ({ email: lead.email }));
    const blocked = makeLeads(3).map(({ email }) => ({ email: email.replace('leads', 'blocked') }));
    const leads = [...makeLeads(398), ...known, ...blocked];
    const { value } = await running.call('import_leads', { campaign_id: campaignId, leads });
    expect(value.counts).toEqual({ added: 398, alreadyInCampaign: 5, blocked: 3 });
  });

  it('sends an address once, whatever its case, and says where it stood again', async () => {
    const leads = [...makeLeads(2), { email: 'NEW.0@leads.example.com' }, { email: ' new.1@leads.example.com ' }];
    const { value } = await running.call('import_leads', { campaign_id: campaignId, leads });
    expect(value).toMatchObject({ rowsSent: 2, counts: { added: 2 } });
    // A space is no part of an address, so this is the same one.
    expect(value.repeatedInInput).toEqual({
      rows: 2,
      first: [
        { row: 2, sameAs: 0 },
        { row: 3, sameAs: 1 },
      ],
    });
  });

  it('checks all rows before the first is sent', async () => {
    const leads: Record<string, unknown>[] = makeLeads(1000);
    leads[3] = { first_name: 'Without address' };
    leads[999] = { email: 'a@b', custom_fields: 'none' };
    const { value } = await running.call('import_leads', { campaign_id: campaignId, leads });
    expect(value.code).toBe('invalid_arguments');
    expect(value.issues).toEqual([
      { path: 'leads[3].email', message: 'is required' },
      { path: 'leads[999].email', message: 'must be an e-mail address' },
      { path: 'leads[999].custom_fields', message: 'must be an object' },
    ]);
    expect(running.operationsAsked()).toEqual([]);
  });

  it('leaves out fields that are empty', async () => {
    const leads = [{ email: 'a@leads.example.com', first_name: '', last_name: null, company_name: 'C' }];
    await running.call('import_leads', { campaign_id: campaignId, leads });
    const request = running.sandbox.requests().at(-1);
    expect(request?.body).toEqual({ lead_list: [{ email: 'a@leads.example.com', company_name: 'C' }] });
  });

  it('stops at a refused request, names the rows, and goes on from there', async () => {
    const leads = makeLeads(1000);
    const before = await leadsInCampaign();
    const { value, isError } = await running.call(
      'import_leads',
      { campaign_id: campaignId, leads },
      {
        onProgress: ({ done }) =>
          done === 400 && running.sandbox.failNext({ operation: 'campaigns/add-leads', mode: '429', times: 1 }),
      },
    );
    expect(isError).toBe(true);
    expect(value).toMatchObject({
      rowsSent: 400,
      counts: { added: 400 },
      batches: { sent: 1, of: 3 },
      stopped: {
        reason: 'failed',
        outcome: 'not_applied',
        rows: { from: 400, to: 799 },
        error: { code: 'smartlead_rate_limited' },
      },
      rowsNotSent: { from: 400, to: 999, count: 600 },
    });
    expect(value.nextStep).toContain('start_at 400');
    const rest = await running.call('import_leads', { campaign_id: campaignId, leads, start_at: 400 });
    expect(rest).toMatchObject({ isError: false, value: { counts: { added: 600 } } });
    expect(await leadsInCampaign()).toBe(before + 1000);
  });

  it('says so where nobody knows whether a request was carried out, and going on adds nothing twice', async () => {
    const leads = makeLeads(1000);
    const before = await leadsInCampaign();
    const { value } = await running.call(
      'import_leads',
      { campaign_id: campaignId, leads },
      {
        onProgress: ({ done }) =>
          done === 400 && running.sandbox.failNext({ operation: 'campaigns/add-leads', mode: 'drop-after-apply', times: 1 }),
      },
    );
    expect(value).toMatchObject({
      rowsSent: 400,
      stopped: { outcome: 'unknown', rows: { from: 400, to: 799 }, error: { code: 'outcome_unknown' } },
      rowsNotSent: { from: 800, to: 999, count: 200 },
    });
    expect(value.nextStep).toContain('start_at 400 and repeat true');
    const rest = await running.call('import_leads', { campaign_id: campaignId, leads, start_at: 400, repeat: true });
    expect(rest.value.counts).toEqual({ added: 200, alreadyInCampaign: 400 });
    expect(await leadsInCampaign()).toBe(before + 1000);
  });

  it('is cancelled between requests, and says what is in', async () => {
    const stop = new AbortController();
    const { value, isError } = await running.call(
      'import_leads',
      { campaign_id: campaignId, leads: makeLeads(1000) },
      { signal: stop.signal, onProgress: ({ done }) => done === 800 && stop.abort() },
    );
    expect(isError).toBe(true);
    expect(value).toMatchObject({
      rowsSent: 800,
      stopped: { reason: 'cancelled', outcome: 'not_applied', rows: { from: 800, to: 999 } },
      rowsNotSent: { from: 800, to: 999, count: 200 },
      nextStep: expect.stringContaining('start_at 800'),
    });
    expect(rowsSent()).toEqual([400, 400]);
  });

  it('made again, sends nothing a second time and says so', async () => {
    const leads = makeLeads(500);
    await running.call('import_leads', { campaign_id: campaignId, leads });
    running.operationsAsked();
    const { value } = await running.call('import_leads', { campaign_id: campaignId, leads });
    expect(value).toMatchObject({ counts: { added: 500 }, batches: { sent: 2, rememberedFromBefore: 2 } });
    expect(running.operationsAsked().filter((operation) => operation === 'campaigns/add-leads')).toEqual([]);
  });

  it('asks with the number of recipients and the name of the campaign', async () => {
    const outcome = await running.features.tools.call(
      'import_leads',
      { campaign_id: campaignId, leads: makeLeads(7) },
      { signal: new AbortController().signal, requestId: '1', session: 's', asks: 'protocol', progress: () => undefined },
    );
    expect(outcome.kind === 'question' && outcome.question.message).toMatch(/7 leads.*Autumn draft.*DRAFTED/);
  });
});

describe('batches', () => {
  const lead = fc.record({
    email: fc.constantFrom('a@x.example', 'A@x.example', 'b@x.example', 'c@x.example', 'd@x.example', 'E@x.example'),
  });

  it('hold each address once, in order, full but for the last, and every row is sent, repeated, or before the start', () => {
    fc.assert(
      fc.property(
        fc.array(lead, { maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 0, max: 45 }),
        (leads, size, startAt) => {
          const { batches, repeated } = batchLeads(leads, { size, startAt });
          const rows = batches.flatMap((batch) => batch.rows);
          expect(rows).toEqual([...rows].sort((one, other) => one - other));
          expect(
            batches.every((batch, index) =>
              index === batches.length - 1 ? batch.leads.length <= size : batch.leads.length === size,
            ),
          ).toBe(true);
          expect(batches.every((batch) => batch.firstRow === batch.rows[0] && batch.lastRow === batch.rows.at(-1))).toBe(true);
          expect(batches.flatMap((batch) => batch.leads)).toEqual(rows.map((row) => leads[row]));
          const addresses = rows.map((row) => leads[row]?.email.toLowerCase());
          expect(new Set(addresses).size).toBe(addresses.length);
          for (const { row, sameAs } of repeated) {
            expect(sameAs).toBeLessThan(row);
            expect(leads[sameAs]?.email.toLowerCase()).toBe(leads[row]?.email.toLowerCase());
          }
          const accounted = [...rows, ...repeated.map(({ row }) => row)].sort((one, other) => one - other);
          expect(accounted).toEqual(leads.map((_, row) => row).filter((row) => row >= startAt));
        },
      ),
    );
  });
});
