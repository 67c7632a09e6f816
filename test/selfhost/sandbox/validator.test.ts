import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Operation, operations } from '../../../selfhost/sandbox/catalogue.ts';
import { Refusal } from '../../../selfhost/sandbox/refusal.ts';
import { type RawArguments, validate } from '../../../selfhost/sandbox/validator.ts';
import { brokenValues, validArguments } from './schema-values.ts';

/** What the validator refuses with, or undefined where it accepts. */
function refusalOf(operation: Operation, raw: RawArguments): Refusal | undefined {
  try {
    validate(operation, raw);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function operation(id: string): Operation {
  const found = operations.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no operation ${id}`);
  return found;
}

const request = (parts: Partial<RawArguments>): RawArguments => ({ path: {}, query: {}, body: {}, ...parts });

describe.each(operations.map((candidate) => [candidate.id, candidate] as const))('%s', (_id, candidate) => {
  test('accepts arguments made from its schema', () => {
    fc.assert(
      fc.property(validArguments(candidate), (raw) => {
        expect(refusalOf(candidate, raw)?.body).toBeUndefined();
      }),
      { numRuns: 15 },
    );
  });

  test('refuses a missing required argument', () => {
    const [valid] = fc.sample(validArguments(candidate), { numRuns: 1, seed: 3 });
    for (const param of candidate.params.filter((schema) => schema.required && schema.name !== '$body')) {
      const { [param.name]: _dropped, ...rest } = (valid?.[param.in] ?? {}) as Record<string, unknown>;
      const refusal = refusalOf(candidate, { ...request(valid ?? {}), [param.in]: rest } as RawArguments);
      expect(refusal?.body, param.name).toMatchObject({
        statusCode: 400,
        error: 'Bad Request',
        message: `"${param.name}" is required`,
      });
    }
  });

  test('refuses every kind of broken argument with 400', () => {
    const [valid] = fc.sample(validArguments(candidate), { numRuns: 1, seed: 5 });
    for (const param of candidate.params) {
      if (param.in === 'path') continue;
      for (const { fault, value } of brokenValues(param, param.in === 'query')) {
        const values = { ...((valid?.[param.in] ?? {}) as Record<string, unknown>), [param.name]: value };
        const raw = { ...request(valid ?? {}), [param.in]: param.name === '$body' ? value : values } as RawArguments;
        expect(refusalOf(candidate, raw)?.status, `${param.name}: ${fault}`).toBe(400);
      }
    }
  });

  test('refuses unknown parameters', () => {
    const [valid] = fc.sample(validArguments(candidate), { numRuns: 1, seed: 5 });
    const base = request(valid ?? {});
    const inQuery = refusalOf(candidate, { ...base, query: { ...base.query, surprise: '1' } });
    expect(inQuery?.body).toMatchObject({
      message: '"surprise" is not allowed',
      validation: { source: 'query', keys: ['surprise'] },
    });
    if (candidate.params.some((param) => param.name === '$body')) return;
    const inBody = refusalOf(candidate, { ...base, body: { ...(base.body as object), surprise: 1 } });
    expect(inBody?.body).toMatchObject({ message: '"surprise" is not allowed' });
  });
});

describe('messages', () => {
  test.each([
    [
      'campaigns/get-leads',
      request({ path: { campaign_id: '1' }, query: { limit: '101' } }),
      '"limit" must be less than or equal to 100',
    ],
    ['campaigns/get-leads', request({ path: { campaign_id: '1' }, query: { limit: 'ten' } }), '"limit" must be a number'],
    ['campaigns/get-by-id', request({ path: { campaign_id: 'new' } }), '"campaign_id" must be a number'],
    [
      'campaigns/update-status',
      request({ path: { campaign_id: '1' }, body: { status: 'ACTIVE' } }),
      '"status" must be one of [START, PAUSED, STOPPED]',
    ],
    [
      'inbox/forward',
      request({
        path: { campaign_id: '1' },
        body: { message_id: 'm', stats_id: 's', to_emails: 'a@b.test', forward_email_body: 5 },
      }),
      '"forward_email_body" must be a string',
    ],
    [
      'campaigns/add-leads',
      request({ path: { campaign_id: '1' }, body: { lead_list: [{ email: 'a@b.test' }, { email: 'nonsense' }] } }),
      '"lead_list[1].email" must be a valid email',
    ],
    [
      'campaigns/add-leads',
      request({ path: { campaign_id: '1' }, body: { lead_list: [{ email: 'a@b.test', title: 'CEO' }] } }),
      '"lead_list[0].title" is not allowed',
    ],
    [
      'lead-lists/push-between-lists',
      request({ body: { action: 'copy', toListId: 1 } }),
      '"value" must contain at least one of [leadIds, fromListId]',
    ],
    [
      'lead-lists/push-between-lists',
      request({ body: { action: 'copy', toListId: 1, leadIds: [1], fromListId: 2 } }),
      '"value" contains a conflict between exclusive peers [leadIds, fromListId]',
    ],
    [
      'webhooks/create',
      request({ body: { webhook_url: 'https://a.test', association_type: 'client' } }),
      '"client_id" is required',
    ],
    [
      'campaign-statistics/mailbox-statistics',
      request({ path: { campaign_id: '1' }, query: { start_date: '2026-01-01' } }),
      '"start_date" missing required peer "end_date"',
    ],
  ])('%s says what is wrong', (id, raw, message) => {
    expect(refusalOf(operation(id), raw)?.body).toMatchObject({ statusCode: 400, error: 'Bad Request', message });
  });

  test('the inbox names the field, the value and the limit in shapes of its own', () => {
    const limit = refusalOf(operation('inbox/get-messages'), request({ body: { limit: 50 } }));
    expect(limit?.body).toEqual({ error: 'limit must be between 1 and 20', field: 'limit', provided_value: 50 });
    const many = refusalOf(
      operation('inbox/get-messages'),
      request({ body: { filters: { campaignId: new Array(10).fill(1) } } }),
    );
    expect(many?.body).toEqual({
      error: 'campaignId array cannot exceed 5 items',
      field: 'filters.campaignId',
      provided_count: 10,
      max_allowed: 5,
    });
  });

  test('converts texts to numbers and booleans, and fills in defaults', () => {
    const valid = validate(operation('campaigns/get-all'), request({ query: { client_id: '7', include_tags: 'true' } }));
    expect(valid.query.all()).toEqual({ client_id: 7, include_tags: true });
    const leads = validate(operation('campaigns/get-leads'), request({ path: { campaign_id: '3' } }));
    expect(leads.query.all()).toEqual({ offset: 0, limit: 100 });
  });

  test('names like __proto__ are unknown fields, not a way in', () => {
    const body = JSON.parse('{"name":"a","__proto__":{"polluted":true}}');
    expect(refusalOf(operation('campaigns/create'), request({ body }))?.body).toMatchObject({
      message: '"__proto__" is not allowed',
    });
    expect({}).not.toHaveProperty('polluted');
  });
});
