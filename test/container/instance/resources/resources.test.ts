import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FeatureFailed, ResourceNotFound } from '../../../../container/instance/features/feature-errors.ts';
import { campaignNamed } from '../../../selfhost/sandbox/sandbox-client.ts';
import { readContext, type SandboxInstance, startSandboxInstance } from '../composite/sandbox-instance.ts';

let running: SandboxInstance;
let campaignId: number;
beforeAll(async () => {
  running = await startSandboxInstance();
  ({ id: campaignId } = await campaignNamed(running.smartlead, 'Spring outreach: logistics'));
});
afterAll(() => running.close());

async function read(uri: string): Promise<string> {
  const { contents } = await running.features.resources.read(uri, readContext);
  const [content] = contents;
  return content !== undefined && 'text' in content ? content.text : '';
}

describe('a campaign as a resource', () => {
  it('is offered as a template', () =>
    expect(running.features.resources.templates.resourceTemplates).toMatchObject([
      { uriTemplate: 'smartlead://campaigns/{campaign_id}' },
    ]));

  it('is one document, without passwords', async () => {
    const text = await read(`smartlead://campaigns/${campaignId}`);
    expect(JSON.parse(text)).toMatchObject({
      id: campaignId,
      name: 'Spring outreach: logistics',
      status: 'ACTIVE',
      schedule: { timezone: 'America/New_York', days_of_the_week: [1, 2, 3, 4, 5], start_hour: '09:00', end_hour: '18:00' },
      sequences: [
        { seq_number: 1, delay_in_days: 0 },
        { seq_number: 2, delay_in_days: 3 },
        { seq_number: 3, delay_in_days: 4 },
      ],
      mailboxes: { total: 3, disconnected: 0, suspended: 0, withoutWarmup: 0 },
      analytics: { total_count: 70, sent_count: expect.any(Number) },
    });
    expect(text).not.toMatch(/password|@outreach/i);
  });

  it.each([
    'smartlead://campaigns/4040404',
    'smartlead://campaigns/x',
    'smartlead://campaigns/1/leads',
    'smartlead://account',
    'file:///etc/passwd',
    '',
  ])('is not found under %j', async (uri) => {
    await expect(running.features.resources.read(uri, readContext)).rejects.toBeInstanceOf(ResourceNotFound);
  });

  it('that Smartlead does not answer for fails with what to do', async () => {
    running.sandbox.failNext({ operation: 'campaigns/get-by-id', mode: '500', times: 9 });
    const reading = running.features.resources.read(`smartlead://campaigns/${campaignId}`, readContext);
    await expect(reading).rejects.toBeInstanceOf(FeatureFailed);
    await expect(reading).rejects.toMatchObject({
      data: { code: expect.stringMatching(/^smartlead_/), nextStep: expect.any(String) },
    });
  });

  it('is not offered where the tool that reads campaigns is forbidden', async () => {
    const denied = await startSandboxInstance({ policy: { policy: 'full', allow: [], deniedTools: ['campaigns_get_by_id'] } });
    try {
      expect(denied.features.resources.templates.resourceTemplates).toEqual([]);
      const uri = `smartlead://campaigns/${campaignId}`;
      await expect(denied.features.resources.read(uri, readContext)).rejects.toBeInstanceOf(ResourceNotFound);
      expect(denied.operationsAsked()).toEqual([]);
    } finally {
      await denied.close();
    }
  });
});

describe('exports as resources', () => {
  it('are listed as soon as they are made, and listeners hear of it', async () => {
    const changed = vi.fn();
    const leave = running.features.resources.onListChanged(changed);
    const { value } = await running.call('export_leads', { campaign_id: campaignId, limit: 5 });
    leave();
    expect(changed).toHaveBeenCalledOnce();
    expect(running.features.resources.list().resources[0]).toMatchObject({
      uri: value.uri,
      mimeType: 'text/csv',
      size: value.bytes,
    });
    expect(await read(value.uri)).toContain('campaign_lead_map_id');
  });

  it('that are gone say why', async () => {
    const reading = running.features.resources.read('smartlead://exports/0b0c0a39.csv', readContext);
    await expect(reading).rejects.toThrow(/kept for an hour.*Run the export again/);
  });
});
