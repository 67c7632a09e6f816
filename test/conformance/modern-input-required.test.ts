/** The scenarios `input-required-result-*` of the official suite's frozen list for 2026-07-28. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modernRequest } from '../container/instance/modern/modern-request.ts';
import { type RunningFixture, startFixture } from './start-fixture.ts';

let fixture: RunningFixture;
beforeAll(async () => {
  fixture = await startFixture(0);
});
afterAll(() => fixture.close());

interface InputRequired {
  resultType: string;
  inputRequests: Record<string, { method: string }>;
  requestState: string;
  content: { text: string }[];
  [field: string]: unknown;
}

const everything = { elicitation: {}, sampling: {}, roots: {} };
const form = (content: Record<string, unknown>) => ({ action: 'accept', content });
const completion = { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'm', stopReason: 'endTurn' };
const roots = { roots: [{ uri: 'file:///test/root', name: 'Test Root' }] };

async function call(tool: string, retry: Record<string, unknown> = {}, capabilities: Record<string, unknown> = everything) {
  const params = { name: `test_input_required_result_${tool}`, arguments: {}, ...retry };
  const answer = await modernRequest(fixture.url, 'tools/call', params, { capabilities });
  return { ...answer, result: answer.result as InputRequired };
}

describe('input-required-result', () => {
  it.each<[string, string, string, string, Record<string, unknown>, RegExp]>([
    ['basic-elicitation', 'elicitation', 'user_name', 'elicitation/create', form({ name: 'Alice' }), /Hello, Alice!/],
    ['basic-sampling', 'sampling', 'capital_question', 'sampling/createMessage', completion, /Paris/],
    ['basic-list-roots', 'list_roots', 'client_roots', 'roots/list', roots, /file:\/\/\/test\/root/],
  ])('%s', async (_scenario, tool, key, method, response, answer) => {
    const { result } = await call(tool);
    expect(result).toMatchObject({ resultType: 'input_required', inputRequests: { [key]: { method } } });
    const retried = await call(tool, { inputResponses: { [key]: response } });
    expect(retried.result).toMatchObject({ resultType: 'complete', content: [{ text: expect.stringMatching(answer) }] });
  });

  it('request-state: the state that was sent is the one that comes back', async () => {
    const { requestState } = (await call('request_state')).result;
    const { result } = await call('request_state', { requestState, inputResponses: { confirm: form({ ok: true }) } });
    expect(result.content[0]?.text).toContain('state-ok');
  });

  it('multiple-input-requests: three kinds at once', async () => {
    const { inputRequests, requestState } = (await call('multiple_inputs')).result;
    expect(Object.values(inputRequests).map(({ method }) => method)).toEqual([
      'elicitation/create',
      'sampling/createMessage',
      'roots/list',
    ]);
    const inputResponses = { user_name: form({ name: 'Alice' }), greeting: completion, client_roots: roots };
    expect((await call('multiple_inputs', { requestState, inputResponses })).result.resultType).toBe('complete');
  });

  it('multi-round: a second question with a state of its own', async () => {
    const first = (await call('multi_round')).result;
    const step1 = { requestState: first.requestState, inputResponses: { step1: form({ name: 'Alice' }) } };
    const second = (await call('multi_round', step1)).result;
    expect(second).toMatchObject({ resultType: 'input_required', inputRequests: { step2: { method: 'elicitation/create' } } });
    expect(second.requestState).not.toBe(first.requestState);
    const step2 = { requestState: second.requestState, inputResponses: { step2: form({ color: 'blue' }) } };
    expect((await call('multi_round', step2)).result.content[0]?.text).toBe('Alice likes blue');
  });

  it('missing-input-response: asks again', async () => {
    const { result } = await call('elicitation', { inputResponses: { wrong_key: form({ data: 'wrong' }) } });
    expect(result.resultType).toBe('input_required');
  });

  it('non-tool-request: prompts/get asks, too', async () => {
    const get = (retry = {}) =>
      modernRequest(
        fixture.url,
        'prompts/get',
        { name: 'test_input_required_result_prompt', ...retry },
        { capabilities: everything },
      );
    expect((await get()).result).toMatchObject({ resultType: 'input_required', inputRequests: { user_context: {} } });
    const { result } = await get({ inputResponses: { user_context: form({ context: 'here' }) } });
    expect(result.messages).toMatchObject([{ content: { text: 'Use this context: here' } }]);
  });

  it('unsupported-methods: lists ask nothing', async () => {
    for (const method of ['tools/list', 'prompts/list']) {
      expect((await modernRequest(fixture.url, method, {}, { capabilities: everything })).result.resultType).toBe('complete');
    }
  });

  it('tampered-state: is refused', async () => {
    const { requestState } = (await call('tampered_state')).result;
    const retry = { requestState: `${requestState}-TAMPERED`, inputResponses: { confirm: form({ ok: true }) } };
    expect((await call('tampered_state', retry)).error.code).toBe(-32602);
  });

  it('capability-check: asks only in ways the client has', async () => {
    const { result } = await call('capabilities', {}, { sampling: {} });
    expect(Object.values(result.inputRequests).map(({ method }) => method)).toEqual(['sampling/createMessage']);
    const { status, error } = await call('elicitation', {}, {});
    expect({ status, code: error.code }).toEqual({ status: 400, code: -32021 });
  });

  it('ignore-extra-params: takes what it asked for', async () => {
    const inputResponses = { user_name: form({ name: 'Alice' }), unknown_extra_key: form({ foo: 'bar' }) };
    expect((await call('elicitation', { inputResponses })).result.resultType).toBe('complete');
  });

  it.each<[string, unknown]>([
    ['a number', { user_name: 12345 }],
    ['nothing', null],
  ])('validate-input: does not take %s for an answer', async (_what, inputResponses) => {
    const { result, error } = await call('elicitation', { inputResponses });
    expect(error ?? result).not.toMatchObject({ resultType: 'complete' });
  });
});
