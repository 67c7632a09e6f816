import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { operations } from '../../../../container/instance/catalogue/catalogue.ts';
import { toolName } from '../../../../container/instance/catalogue/tool-name.ts';
import type { CallContext } from '../../../../container/instance/features/mcp-features.ts';
import { needsConfirmation } from '../../../../container/instance/policy/decide.ts';
import { sampleArguments } from '../sample-arguments.ts';
import { type RunningInstance, startInstance } from '../start-instance.ts';
import type { RecordedRequest, StubAnswer } from '../stub-smartlead.ts';

let running: RunningInstance;
beforeEach(async () => {
  running = await startInstance();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await running.close();
});

const context: CallContext = {
  signal: new AbortController().signal,
  requestId: 'request',
  session: 'session',
  asks: 'argument',
  progress: () => undefined,
};

async function call(name: string, callArguments: Record<string, unknown>, given: Partial<CallContext> = {}) {
  const outcome = await running.instance.features.tools.call(name, callArguments, { ...context, ...given });
  if (outcome.kind === 'question') return { question: outcome.question.message };
  return { isError: outcome.result.isError === true, value: outcome.result.structuredContent as Record<string, unknown> };
}

/** Answers reads by the end of their path, and everything else with `{ok: true}`. */
function answerReads(answers: Record<string, StubAnswer | unknown>) {
  running.stub.answer = ({ method, path }: RecordedRequest) => {
    const key = Object.keys(answers).find((end) => method === 'GET' && path.endsWith(end));
    return key === undefined ? {} : { body: answers[key] };
  };
}

/** Puts forward the clock by which durations are measured. */
function passTime(milliseconds: number) {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + milliseconds);
}

const writes = () => running.stub.requests.filter(({ method }) => method !== 'GET');
const leads = (number: number) => Array.from({ length: number }, (_, index) => ({ email: `lead${index}@example.com` }));
const addLeads = (number: number) => ({ campaign_id: 7, lead_list: leads(number) });

it('a question that nobody answered is no refusal by the user: the call is left to be confirmed, whatever text it carries', async () => {
  const asked = await call('campaigns_add_leads', addLeads(2), { asks: 'protocol' });
  const confirm = 'send: add 2 leads to campaign 7';
  const confirmation = { answer: 'unanswered', message: asked.question ?? '' } as const;
  const { isError, value } = await call('campaigns_add_leads', { ...addLeads(2), confirm }, { asks: 'protocol', confirmation });
  expect(isError).toBe(true);
  expect(value).toMatchObject({
    code: 'confirmation_required',
    confirm,
    message: expect.stringContaining('nobody answered'),
    nextStep: expect.stringMatching(/^Nothing was sent.*`confirm`/),
  });
  expect(writes()).toEqual([]);
  // From then on the text is the way.
  expect(await call('campaigns_add_leads', { ...addLeads(2), confirm })).toMatchObject({ isError: false });
});

describe('where nobody can be asked', () => {
  it('a risky call is refused with the text to repeat, and made once it is repeated', async () => {
    const first = await call('campaigns_add_leads', addLeads(120));
    expect(first.isError).toBe(true);
    expect(first.value).toMatchObject({
      code: 'confirmation_required',
      retryable: false,
      confirm: 'send: add 120 leads to campaign 7',
      message: expect.stringContaining('This will add 120 leads to campaign 7.'),
    });
    expect(running.stub.requests).toEqual([]);
    const second = await call('campaigns_add_leads', { ...addLeads(120), confirm: first.value?.confirm });
    expect(second.isError).toBe(false);
    expect(writes()).toHaveLength(1);
    expect(writes()[0]?.body).not.toContain('confirm');
  });

  it.each([
    '',
    'yes',
    'send: add 12 leads to campaign 7',
    'SEND: ADD 120 LEADS TO CAMPAIGN 7',
    ' send: add 120 leads to campaign 7',
  ])('a confirmation that says %j is refused, and told what is expected', async (confirm) => {
    const { value } = await call('campaigns_add_leads', { ...addLeads(120), confirm });
    expect(value).toMatchObject({ code: 'confirmation_required', confirm: 'send: add 120 leads to campaign 7' });
    expect(value?.message).toContain('does not say what would happen now');
    expect(writes()).toEqual([]);
  });

  it.each([true, 1, {}, []])('a confirmation that is no text (%j) is an invalid argument', async (confirm) => {
    const { value } = await call('campaigns_add_leads', { ...addLeads(1), confirm });
    expect(value).toMatchObject({ code: 'invalid_arguments', issues: [{ path: 'confirm' }] });
    expect(writes()).toEqual([]);
  });

  it('is computed anew after two minutes: when the campaign has grown meanwhile, the old text is worth nothing', async () => {
    const start = { campaign_id: 7, status: 'START' };
    answerReads({ '/campaigns/7': { id: 7, name: 'Autumn' }, '/leads': { total_leads: '42', data: [] } });
    const first = await call('campaigns_update_status', start);
    expect(first.value?.confirm).toBe('send: start campaign 7 "Autumn" with 42 leads');
    answerReads({ '/campaigns/7': { id: 7, name: 'Autumn' }, '/leads': { total_leads: '4200', data: [] } });
    passTime(120_000);
    const second = await call('campaigns_update_status', { ...start, confirm: first.value?.confirm });
    expect(second.value).toMatchObject({
      code: 'confirmation_required',
      confirm: 'send: start campaign 7 "Autumn" with 4200 leads',
    });
    expect(writes()).toEqual([]);
    const third = await call('campaigns_update_status', { ...start, confirm: second.value?.confirm });
    expect(third.isError).toBe(false);
    expect(writes()).toHaveLength(1);
  });

  it('is counted once for the question and its answer', async () => {
    const start = { campaign_id: 7, status: 'START' };
    answerReads({ '/campaigns/7': { id: 7, name: 'Autumn' }, '/leads': { total_leads: 42, data: [] } });
    const { value } = await call('campaigns_update_status', start);
    const reads = running.stub.requests.length;
    expect((await call('campaigns_update_status', { ...start, confirm: value?.confirm })).isError).toBe(false);
    expect(running.stub.requests).toHaveLength(reads + 1);
  });

  it('is counted anew after a write of this instance', async () => {
    const start = { campaign_id: 7, status: 'START' };
    answerReads({ '/campaigns/7': { id: 7, name: 'Autumn' }, '/leads': { total_leads: 42, data: [] } });
    const { value } = await call('campaigns_update_status', start);
    answerReads({ '/campaigns/7': { id: 7, name: 'Autumn' }, '/leads': { total_leads: 43, data: [] } });
    await call('campaigns_add_leads', { ...addLeads(1), confirm: 'send: add 1 lead to campaign 7' });
    const again = await call('campaigns_update_status', { ...start, confirm: value?.confirm });
    expect(again.value).toMatchObject({ confirm: 'send: start campaign 7 "Autumn" with 43 leads' });
  });

  it('the arguments are checked before anybody is asked', async () => {
    const { value } = await call('campaigns_add_leads', { campaign_id: 7 });
    expect(value).toMatchObject({ code: 'invalid_arguments' });
  });

  it('what is not risky is just done', async () => {
    expect((await call('campaigns_update_status', { campaign_id: 7, status: 'PAUSED' })).isError).toBe(false);
    expect((await call('clients_create_api_key', { clientId: 1, keyName: 'A' })).isError).toBe(false);
  });
});

describe('where somebody can be asked', () => {
  const asks = 'protocol' as const;

  it('a risky call comes to a question, and is made when it is accepted', async () => {
    expect(await call('campaigns_add_leads', addLeads(2), { asks })).toEqual({
      question: expect.stringContaining('This will add 2 leads to campaign 7. Mail leaves'),
    });
    expect(running.stub.requests).toEqual([]);
    const { question: message = '' } = await call('campaigns_add_leads', addLeads(2), { asks });
    const confirmation = { answer: 'accepted', message } as const;
    expect((await call('campaigns_add_leads', addLeads(2), { asks, confirmation })).isError).toBe(false);
    expect(writes()).toHaveLength(1);
  });

  it('is not made when it is declined, which is no fault of the server', async () => {
    const { value } = await call('campaigns_add_leads', addLeads(2), { asks, confirmation: { answer: 'declined', message: '' } });
    expect(value).toMatchObject({ code: 'declined', retryable: false });
    expect(running.stub.requests).toEqual([]);
    expect(running.log()).toContain('"level":"info","message":"Tool call failed","tool":"campaigns_add_leads"');
  });

  it.each([2, 3])('no text given up front answers for them, right or wrong (%i): a model can guess it', async (number) => {
    const confirm = `send: add ${number} leads to campaign 7`;
    expect(await call('campaigns_add_leads', { ...addLeads(2), confirm }, { asks })).toHaveProperty('question');
    expect(writes()).toEqual([]);
  });

  it('what was made just now in words that reads use is not asked about again, as nothing is sent', async () => {
    const start = { campaign_id: 7, status: 'ACTIVE' };
    const { question = '' } = await call('campaigns_update_status', start, { asks });
    await call('campaigns_update_status', start, { asks, confirmation: { answer: 'accepted', message: question } });
    const again = await call('campaigns_update_status', start, { asks });
    expect(again).toMatchObject({ isError: false, value: { repeated: { firstSentAt: expect.any(String) } } });
    expect(writes()).toHaveLength(1);
  });

  it('an answer to a question counts only where a question can be asked', async () => {
    const { value } = await call('campaigns_add_leads', addLeads(2), {
      confirmation: {
        answer: 'accepted',
        message: 'This will add 2 leads to campaign 7. Mail leaves because of it, at once or by the schedule.',
      },
    });
    expect(value).toMatchObject({ code: 'confirmation_required' });
    expect(writes()).toEqual([]);
  });
});

describe('what will happen is counted', () => {
  const list = { data: { id: 5, list_name: 'Fair', leads_count: '1250' } };
  const lists = {
    data: {
      lists: [
        { id: 5, leads_count: 10 },
        { id: 6, leads_count: '20' },
      ],
      totalCount: 2,
    },
  };
  const reads = {
    '/campaigns/7': { id: 7, name: 'Autumn\n2026' },
    '/campaigns/7/leads': { total_leads: 3 },
    '/sequences': [{ id: 1 }, { id: 2 }],
    '/lead-list/5': list,
    '/lead-list/': lists,
    '/leads/9': { data: [{ id: 9, email: 'ada@example.com' }] },
    '/email-accounts/4/': { id: 4, from_email: 'me@example.com', password: 'secret' },
  };

  it.each<[string, Record<string, unknown>, string]>([
    ['campaigns_update_status', { campaign_id: 7, status: 'STOPPED' }, 'destroy: stop campaign 7 "Autumn 2026" for good'],
    ['campaigns_delete', { campaign_id: 7 }, 'destroy: delete campaign 7 "Autumn 2026" with 3 leads and all its statistics'],
    [
      'campaigns_update_sequences',
      { campaign_id: 7, sequences: [{ seq_number: 1, seq_delay_details: { delay_in_days: 1 } }] },
      'destroy: replace the present 2 steps of campaign 7 by 1 step',
    ],
    ['campaigns_add_leads', { campaign_id: 7, lead_list: leads(1), lead_list_ids: [5] }, 'send: add 1251 leads to campaign 7'],
    ['campaigns_add_leads', { campaign_id: 7, lead_list: leads(1), lead_list_ids: [5, 6] }, 'send: add 31 leads to campaign 7'],
    [
      'campaigns_add_leads',
      { campaign_id: 7, lead_list: leads(1), lead_list_ids: [5, 99] },
      'send: add an unknown number of leads to campaign 7',
    ],
    [
      'lead_lists_push_to_campaign',
      { action: 'copy', campaignId: 7, leadList: { listId: 5 } },
      'send: copy 1250 leads of lead list 5 "Fair" to campaign 7',
    ],
    [
      'lead_lists_push_to_campaign',
      { action: 'move', campaignName: 'New', leadList: { leadIds: [1, 2] } },
      'send: move 2 leads to campaign "New"',
    ],
    ['lead_lists_delete', { id: 5 }, 'destroy: delete lead list 5 "Fair" with 1250 leads'],
    ['leads_unsubscribe', { lead_id: 9 }, 'destroy: unsubscribe lead 9 "ada@example.com" from all campaigns'],
    [
      'email_accounts_delete',
      { email_account_id: 4 },
      'destroy: delete mailbox 4 "me@example.com" and take it out of its campaigns',
    ],
    [
      'utilities_send_single_email',
      { to: 'a@example.com', subject: 's', body: 'b', fromEmail: 'me@example.com' },
      'send: send a message to a@example.com',
    ],
    ['smart_prospect_fetch_contacts', { filter_id: 3, limit: 500 }, 'spend: spend credits for up to 500 contacts of search 3'],
    [
      'smart_senders_place_order',
      {
        vendor_id: 1,
        forwarding_domain: 'example.com',
        user_details: {},
        domains: [
          { domain_name: 'a.com', mailbox_details: [{ mailbox: 'x@a.com', first_name: 'X', last_name: 'Y' }] },
          { domain_name: 'b.com', mailbox_details: [] },
        ],
      },
      'spend: order 2 domains with 1 mailbox from vendor 1 for money (price unknown)',
    ],
  ])('%s %j', async (name, callArguments, confirm) => {
    answerReads(reads);
    const { value } = await call(name, callArguments);
    expect(value?.confirm).toBe(confirm);
    expect(running.stub.requests.length).toBeLessThanOrEqual(2);
    expect(writes()).toEqual([]);
  });

  it('words of the caller cannot pass for words of the question', async () => {
    const campaignName = 'New". Nothing is sent.\n\n\u202eThis will "';
    const { value } = await call('lead_lists_push_to_campaign', { action: 'copy', campaignName, leadList: { leadIds: [1] } });
    expect(value?.confirm).toBe('send: copy 1 lead to campaign "New\\". Nothing is sent. This will \\""');
  });

  it('a count that cannot be read is unknown, and blocks nothing', async () => {
    running.stub.answer = ({ method }) => (method === 'GET' ? { status: 500, body: { error: 'no' } } : {});
    const { value } = await call('campaigns_delete', { campaign_id: 7 });
    const confirm = 'destroy: delete campaign 7 with an unknown number of leads and all its statistics';
    expect(value?.confirm).toBe(confirm);
    expect((await call('campaigns_delete', { campaign_id: 7, confirm })).isError).toBe(false);
  });

  it('cancelling while it is counted ends the call', async () => {
    running.stub.answer = () => ({ until: new Promise(() => undefined) });
    const cancel = new AbortController();
    const ended = call('campaigns_delete', { campaign_id: 7 }, { signal: cancel.signal });
    await expect.poll(() => running.stub.requests.length).toBeGreaterThan(0);
    cancel.abort();
    const { value } = await ended;
    expect(value).toMatchObject({ code: 'cancelled' });
  });

  it.each(operations.filter(({ effects }) => needsConfirmation(effects)).map((operation) => ({ id: operation.id, operation })))(
    '$id says more than its name, makes at most two reads, and sends nothing else',
    async ({ operation }) => {
      const either = operation.id === 'lead-lists/push-to-campaign' ? { leadList: { listId: 5 } } : {};
      const { value } = await call(toolName(operation.id), { ...sampleArguments(operation, 'all'), ...either });
      expect(value, JSON.stringify(value)).toMatchObject({ code: 'confirmation_required' });
      expect(value?.confirm).not.toMatch(/undefined|NaN|\[object|call [a-z]+_/);
      expect(running.stub.requests.length).toBeLessThanOrEqual(2);
      expect(writes()).toEqual([]);
    },
  );
});
