import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ExportSource, exportCsv } from '../../../../container/instance/composite/csv-export.ts';
import { createCsvWriter } from '../../../../container/instance/composite/csv-writer.ts';
import { createExports } from '../../../../container/instance/resources/exports.ts';
import { SmartleadError } from '../../../../container/instance/smartlead/smartlead-error.ts';
import { campaignNamed, type LeadPage } from '../../../selfhost/sandbox/sandbox-client.ts';
import { parseCsv, parseCsvRows } from './parse-csv.ts';
import { makeLeads, readContext, type SandboxInstance, startSandboxInstance, type ToolCall } from './sandbox-instance.ts';

let running: SandboxInstance;
let campaignId: number;
beforeAll(async () => {
  running = await startSandboxInstance();
  ({ id: campaignId } = await campaignNamed(running.smartlead, 'Spring outreach: logistics'));
});
afterAll(() => running.close());
afterEach(() => {
  running.sandbox.clearFaults();
  running.sandbox.clearRequests();
});

async function textOf({ value }: ToolCall): Promise<string> {
  const { contents } = await running.features.resources.read(value.uri, readContext);
  const [content] = contents;
  if (content === undefined || !('text' in content)) throw new Error('no text');
  expect(content).toMatchObject({ uri: value.uri, mimeType: 'text/csv' });
  return content.text;
}

describe('export_leads', () => {
  it('writes every lead of a campaign, and answers a link instead of the rows', async () => {
    const exported = await running.call('export_leads', { campaign_id: campaignId });
    expect(exported.value).toMatchObject({
      rows: 70,
      complete: true,
      untrustedText: ['preview'],
      fileName: `campaign-${campaignId}-leads.csv`,
    });
    expect(exported.value.preview).toHaveLength(3);
    const link = exported.result.content.find(({ type }) => type === 'resource_link');
    expect(link).toMatchObject({ uri: exported.value.uri, mimeType: 'text/csv', size: exported.value.bytes });
    const text = await textOf(exported);
    expect(Buffer.byteLength(text)).toBe(exported.value.bytes);
    const rows = parseCsvRows(text);
    const page = await running.smartlead.read<LeadPage>(`/campaigns/${campaignId}/leads`);
    expect(
      rows.map(({ lead_id, campaign_lead_map_id, email, status }) => ({ lead_id, campaign_lead_map_id, email, status })),
    ).toEqual(
      page.data.map((row) => ({
        lead_id: String(row.lead.id),
        campaign_lead_map_id: row.campaign_lead_map_id,
        email: row.lead.email,
        status: row.status,
      })),
    );
    expect(rows[0]?.['custom_fields.job_title']).not.toBe('');
    // Telephone numbers begin like a formula.
    expect(rows[0]?.phone_number).toMatch(/^'\+1/);
  });

  it('keeps the filters', async () => {
    const { value } = await running.call('export_leads', { campaign_id: campaignId, emailStatus: 'is_replied' });
    const page = await running.smartlead.read<LeadPage>(`/campaigns/${campaignId}/leads`, { emailStatus: 'is_replied' });
    expect(value.rows).toBe(page.data.length);
    const { value: none } = await running.call('export_leads', { campaign_id: campaignId, emailStatus: 'is_spam' });
    expect(none).toEqual({ rows: 0, complete: true });
  });

  it('goes through all pages, and on from a cursor', async () => {
    const { value: campaign } = await running.call('build_campaign', { name: 'Many', leads: makeLeads(250) });
    running.operationsAsked();
    const whole = await running.call('export_leads', { campaign_id: campaign.campaignId });
    expect(running.operationsAsked()).toEqual(Array(3).fill('campaigns/get-leads'));
    expect(whole.progress.map(({ done, total }) => [done, total])).toEqual([
      [100, 250],
      [200, 250],
      [250, 250],
    ]);
    const first = await running.call('export_leads', { campaign_id: campaign.campaignId, limit: 130 });
    expect(first.value).toMatchObject({ rows: 130, complete: false, nextCursor: expect.any(String) });
    const second = await running.call('export_leads', { campaign_id: campaign.campaignId, cursor: first.value.nextCursor });
    expect(second.value).toMatchObject({ rows: 120, complete: true });
    const both = [...parseCsvRows(await textOf(first)), ...parseCsvRows(await textOf(second))];
    expect(both).toEqual(parseCsvRows(await textOf(whole)));
  });

  it('a list that does not exist is not found, where an empty one has no rows', async () => {
    const missing = await running.call('export_leads', { list_id: 1 });
    expect(missing).toMatchObject({ isError: true, value: { code: 'smartlead_not_found' } });
    const { data } = await running.smartlead.write<{ data: { id: number } }>('/lead-list/', { listName: 'Nobody yet' });
    const empty = await running.call('export_leads', { list_id: data.id });
    expect(empty).toMatchObject({ isError: false, value: { rows: 0, complete: true } });
  });

  it('writes the leads of a lead list', async () => {
    const lists = await running.smartlead.read<{ data: { lists: { id: number }[] } }>('/lead-list/');
    const listId = lists.data.lists[0]?.id;
    const exported = await running.call('export_leads', { list_id: listId });
    const all = await running.smartlead.read<{ data: { leads: { email: string }[] } }>('/leads/all', {
      listId: listId ?? 0,
      limit: 1000,
    });
    expect(exported.value.rows).toBeGreaterThan(0);
    expect(parseCsvRows(await textOf(exported)).map(({ email }) => email)).toEqual(all.data.leads.map(({ email }) => email));
  });

  it('hands out what was read before a page failed', async () => {
    const { value: campaign } = await running.call('build_campaign', { name: 'Broken off', leads: makeLeads(250, 'off') });
    const { value } = await running.call(
      'export_leads',
      { campaign_id: campaign.campaignId },
      {
        onProgress: ({ done }) =>
          done === 200 && running.sandbox.failNext({ operation: 'campaigns/get-leads', mode: '500', times: 9 }),
      },
    );
    expect(value).toMatchObject({ rows: 200, complete: false, stoppedBy: { code: 'smartlead_failed' }, nextCursor: 'after:200' });
  });

  it.each([
    [{}, 'give exactly one of campaign_id, list_id'],
    [{ list_id: 1, status: 'PAUSED' }, 'status must not be given together with list_id'],
    [{ campaign_id: 1, cursor: 'abc' }, 'cursor must be the nextcursor'],
  ])('refuses %j', async (callArguments, message) => {
    const { value } = await running.call('export_leads', callArguments);
    expect(value.message.toLowerCase()).toContain(message);
    expect(running.operationsAsked()).toEqual([]);
  });

  it('says that there is no such campaign', async () => {
    expect(await running.call('export_leads', { campaign_id: 4_040_404 })).toMatchObject({
      isError: true,
      value: { code: 'smartlead_not_found' },
    });
  });
});

describe('export_statistics', () => {
  it('writes one row per mail, without the mails unless they are asked for', async () => {
    const { data } = await running.smartlead.read<{ data: Record<string, unknown>[] }>(`/campaigns/${campaignId}/statistics`, {
      limit: 1000,
    });
    const plain = await running.call('export_statistics', { campaign_id: campaignId });
    const rows = parseCsvRows(await textOf(plain));
    expect(rows).toHaveLength(data.length);
    expect(rows.map((row) => [row.stats_id, row.lead_email, row.open_time])).toEqual(
      data.map((row) => [row.stats_id, row.lead_email, row.open_time ?? '']),
    );
    expect(plain.value.columns).not.toContain('email_message');
    const whole = await running.call('export_statistics', { campaign_id: campaignId, include_message: true });
    expect(parseCsvRows(await textOf(whole)).map((row) => row.email_message)).toEqual(data.map((row) => row.email_message));
  });
});

describe('an export that is too large', () => {
  const source: ExportSource = {
    fileName: 'rows.csv',
    description: 'Rows',
    columns: () => ['n', 'text'],
    page: async (position) => ({
      rows: Array.from({ length: Math.min(10, 100 - position) }, (_, index) => {
        const next = position + index + 1;
        return { key: String(next), cells: { n: next, text: 'x'.repeat(20) }, next };
      }),
      last: position >= 90,
    }),
  };
  const context = { ...readContext, repeat: false, progress: () => undefined };

  it('ends at a row, and its cursors lead through all rows once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let files = 0; files < 50; files += 1) {
      const exports = createExports();
      const request = { source, exports, largestBytes: 300, ...(cursor === undefined ? {} : { cursor }) };
      const { structured } = await exportCsv(request, context);
      const file = exports.find(structured.uri as string);
      expect(file?.bytes.length).toBeLessThanOrEqual(300);
      seen.push(...parseCsvRows(file?.bytes.toString() ?? '').map(({ n }) => n ?? ''));
      exports.close();
      if (structured.complete === true) break;
      cursor = structured.nextCursor as string;
    }
    expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => String(index + 1)));
  });

  it('is refused where already its first row does not fit', async () => {
    const error = await exportCsv({ source, exports: createExports(), largestBytes: 20 }, context).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(SmartleadError);
    expect(error).toMatchObject({ code: 'answer_too_large' });
  });
});

describe('CSV', () => {
  /** What a cell reads as: what begins like a formula has an apostrophe in front. */
  const readable = (text: string) => (/^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) ? `'${text}` : text);
  const cell = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'",\r\n;=+-@\t\'ü🚀 a1') }));

  it('reads back as it was written, with nothing that a spreadsheet would run', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { maxLength: 12 }), async (records) => {
        const writer = await createCsvWriter(['a', 'b'], { mostBytes: 1_000_000 });
        expect(writer.add(records.map(([a, b]) => ({ a, b })))).toBe(records.length);
        const bytes = writer.finish();
        expect(bytes.length).toBe(writer.bytes);
        const text = bytes.toString('utf8');
        expect(parseCsv(text)).toEqual([['a', 'b'], ...records.map(([a, b]) => [readable(a), readable(b)])]);
      }),
      { numRuns: 200 },
    );
  });

  it('writes numbers as numbers, nothing as nothing and lists as JSON', async () => {
    const writer = await createCsvWriter(['a', 'b', 'c', 'd'], { mostBytes: 1000 });
    writer.add([{ a: -5, b: null, c: true, d: { x: [1] } }]);
    expect(parseCsv(writer.finish().toString())[1]).toEqual(['-5', '', 'true', '{"x":[1]}']);
  });

  it('takes as many rows as there is room for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 20 }), { maxLength: 30 }),
        fc.integer({ min: 3, max: 300 }),
        async (texts, mostBytes) => {
          const writer = await createCsvWriter(['a'], { mostBytes });
          const taken = writer.add(texts.map((a) => ({ a })));
          expect(writer.rows).toBe(taken);
          expect(writer.finish().length).toBeLessThanOrEqual(mostBytes);
          if (taken < texts.length) {
            const more = await createCsvWriter(['a'], { mostBytes: Number.POSITIVE_INFINITY });
            more.add(texts.slice(0, taken + 1).map((a) => ({ a })));
            expect(more.bytes).toBeGreaterThan(mostBytes);
          }
        },
      ),
    );
  });
});
