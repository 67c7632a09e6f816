import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operations } from '../../../container/instance/catalogue/catalogue.ts';
import { SmartleadError } from '../../../container/instance/smartlead/smartlead-error.ts';
import { createArgumentCheck } from '../../../container/instance/tools/input-validation.ts';
import { sampleArguments } from './sample-arguments.ts';

function operationOf(id: string) {
  const operation = operations.find((candidate) => candidate.id === id);
  if (operation === undefined) throw new Error(`no operation ${id}`);
  return operation;
}

/** What is wrong with the arguments, as `path message`. */
async function issues(id: string, callArguments: Record<string, unknown>): Promise<string[]> {
  try {
    await createArgumentCheck(operationOf(id))(callArguments);
    return [];
  } catch (error) {
    if (!(error instanceof SmartleadError) || error.code !== 'invalid_arguments') throw error;
    return (error.issues ?? []).map(({ path, message }) => `${path} ${message}`.trim());
  }
}

describe('arguments are refused with their path and what is allowed', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['campaigns/get-by-id', {}, ['campaign_id is required']],
    ['campaigns/get-by-id', { campaign_id: '12' }, ['campaign_id must be a whole number']],
    ['campaigns/get-by-id', { campaign_id: 1.5 }, ['campaign_id must be a whole number']],
    [
      'campaigns/get-by-id',
      { campaign_id: 1, campaignId: 1 },
      ['campaignId is no argument of campaigns/get-by-id; known are campaign_id, include_tags, fields'],
    ],
    ['leads/categories', { all: true }, ['all is no argument of leads/categories; there are none']],
    ['campaigns/get-leads', { campaign_id: 1, limit: 101 }, ['limit must be 1 to 100']],
    ['campaigns/get-leads', { campaign_id: 1, offset: -1 }, ['offset must be at least 0']],
    [
      'campaigns/get-leads',
      { campaign_id: 1, status: 'ACTIVE' },
      ['status must be one of STARTED, INPROGRESS, COMPLETED, PAUSED, STOPPED'],
    ],
    [
      'campaigns/get-analytics-by-date',
      { campaign_id: 1, start_date: '01.10.2026', end_date: '2026-02-30' },
      ['start_date must be a date such as 2026-11-30', 'end_date must be a date such as 2026-11-30'],
    ],
    [
      'analytics/overview',
      { start_date: '2026-10-01', end_date: '2026-10-31', timezone: 'Berlin' },
      ['timezone must be an IANA time zone such as Europe/Berlin'],
    ],
    [
      'analytics/overview',
      { start_date: '2026-10-01', end_date: '2026-10-31', client_ids: '1, 2' },
      ['client_ids must match ^\\d+(,\\d+)*$'],
    ],
    ['leads/get-by-email', { email: 'nobody' }, ['email must be an e-mail address']],
    ['inbox/get-messages', { filters: { campaignId: [1, 2, 3, 4, 5, 6] } }, ['filters.campaignId must have at most 5 items']],
    ['inbox/get-messages', { filters: { campaignId: [1, 'x'] } }, ['filters.campaignId[1] must be a whole number']],
    [
      'inbox/get-messages',
      { filters: { leadCategories: { some: 1 } } },
      ['filters.leadCategories.some is not known here; known are unassigned, isAssigned, categoryIdsNotIn, categoryIdsIn'],
    ],
    ['inbox/get-messages', { filters: { search: 'x'.repeat(31) } }, ['filters.search must have at most 30 characters']],
    [
      'inbox/get-messages',
      { filters: { replyTimeBetween: ['2026-10-01'] } },
      ['filters.replyTimeBetween must have exactly 2 items'],
    ],
    ['email-account-tags/get-all', { email_ids: [] }, ['email_ids must have at least 1 items']],
    [
      'campaigns/all-leads-activities',
      { event_time_to: '2026-10-01' },
      ['event_time_from is required when event_time_to is given'],
    ],
    [
      'campaign-statistics/mailbox-statistics',
      { campaign_id: 1, end_date: '2026-10-01' },
      ['start_date is required when end_date is given'],
    ],
    ['smart-prospect/cities', { country: 'Germany' }, ['state is required when country is given']],
    ['smart-prospect/get-contacts', {}, ['give exactly one of id, filter_id']],
    ['smart-prospect/get-contacts', { id: ['a'], filter_id: 1 }, ['give exactly one of id, filter_id']],
    ['smart-delivery/test-details', { spamTestId: true }, ['spamTestId must be a whole number or text']],
  ])('%s %j', async (id, callArguments, expected) => {
    expect(await issues(id, callArguments)).toEqual(expected);
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ['lead-lists/push-to-campaign', { campaignId: undefined }, ['give at least one of campaignId, campaignName']],
    [
      'webhooks/create',
      { association_type: 'client', client_id: undefined },
      ['client_id is required when association_type is client'],
    ],
  ])('rules of writes hold too: %s', async (id, callArguments, expected) => {
    const all = { ...sampleArguments(operationOf(id), 'required'), ...callArguments };
    expect(await issues(id, all)).toEqual(expected);
  });
});

describe('arguments that Smartlead takes are let through', () => {
  it.each<[string, Record<string, unknown>]>([
    ['campaigns/all-leads-activities', { event_time_from: '2026-10-01', event_time_to: '2026-10-02T10:00:00Z' }],
    ['campaigns/statistics', { campaign_id: 1, sent_time_start_date: '2023-10-16 10:33:02.000Z' }],
    ['campaigns/get-leads-history-bulk', { campaign_id: 1, lead_ids: null }],
    ['inbox/get-messages', { filters: { campaignId: 5, search: null, emailStatus: ['Opened', 'Not Replied'] } }],
    ['smart-delivery/test-details', { spamTestId: 'test_101' }],
  ])('%s %j', async (id, callArguments) => expect(await issues(id, callArguments)).toEqual([]));
});

it('no arguments whatever make the check fail in any other way', async () => {
  const checks = operations.map((operation) => ({ operation, check: createArgumentCheck(operation) }));
  const value = fc.jsonValue({ maxDepth: 3 });
  await fc.assert(
    fc.asyncProperty(
      fc
        .constantFrom(...checks)
        .chain(({ operation, check }) =>
          fc.tuple(
            fc.constant(check),
            fc.dictionary(fc.constantFrom('__proto__', 'constructor', 'x', ...operation.params.map(({ name }) => name)), value),
          ),
        ),
      async ([check, callArguments]) => {
        try {
          await check(callArguments);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_arguments', issues: expect.any(Array) });
        }
      },
    ),
    { numRuns: 400 },
  );
});

describe('arguments that every tool of a kind takes', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['campaigns/get-all', { fields: ['id', 'name'], cursor: 'abc' }, []],
    ['campaigns/get-all', { fields: 'id,name' }, []],
    ['campaigns/get-all', { fields: 1 }, ['fields must be a list or text or null']],
    ['campaigns/get-leads', { campaign_id: 1, fields: null, cursor: null }, []],
    ['campaigns/get-leads', { campaign_id: 1, offset: 20, limit: 20 }, []],
    ['campaigns/create', { fields: ['id'] }, ['fields is no argument of campaigns/create; known are name, client_id']],
    ['campaigns/create', { confirm: 'create', repeat: true }, []],
  ])('%s %j', async (id, callArguments, expected) => expect(await issues(id, callArguments)).toEqual(expected));
});
