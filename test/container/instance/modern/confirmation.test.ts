import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallContext, CallOutcome } from '../../../../container/instance/features/mcp-features.ts';
import { createModernDoor } from '../../../../container/instance/protocol/modern/create-modern-door.ts';
import { done, type FakeFeatures, fakeFeatures } from './fake-features.ts';
import { type ModernAnswer, modernRequest } from './modern-request.ts';
import { type ServedDoor, serveDoor } from './serve-door.ts';

const log = { write: () => undefined, flush: () => undefined };
const call = { name: 'act', arguments: { campaign: 7, leads: ['a', 'b'] } };
let question = 'This will add 2 leads to campaign 7, which is sending.';

let features: FakeFeatures;
let door: ServedDoor;
beforeEach(async () => {
  features = fakeFeatures(askFirst);
  door = await serveDoor(createModernDoor(features, { log }));
});
afterEach(async () => {
  vi.useRealTimers();
  await door.close();
});

function askFirst({ asks, confirmation }: CallContext): CallOutcome {
  if (confirmation?.answer === 'declined') return done('declined');
  if (confirmation?.message === question) return done('accepted');
  return asks === 'protocol' ? { kind: 'question', question: { message: question } } : done('confirm by argument');
}

function ask(params: Record<string, unknown>, capabilities: Record<string, unknown> = { elicitation: {} }) {
  return modernRequest(door.url, 'tools/call', params, { capabilities });
}

function answered({ result }: ModernAnswer, response: Record<string, unknown>, params = call) {
  return ask({ ...params, requestState: result.requestState, inputResponses: { confirm: response } });
}

const yes = { action: 'accept', content: { confirm: true } };
const lastConfirmation = () => features.calls.at(-1)?.context.confirmation;

describe('a call that needs a confirmation', () => {
  it('asks for it by an input-required result', async () => {
    const { result, contentType } = await ask(call);
    expect(contentType).toBe('application/json');
    expect(result).toMatchObject({
      resultType: 'input_required',
      inputRequests: { confirm: { method: 'elicitation/create', params: { mode: 'form', message: question } } },
      requestState: expect.any(String),
    });
    expect(result).not.toHaveProperty('ttlMs');
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['is confirmed', yes, 'accepted'],
    ['is confirmed with no', { action: 'accept', content: { confirm: false } }, 'declined'],
    ['is declined', { action: 'decline' }, 'declined'],
    ['is dismissed', { action: 'cancel' }, 'declined'],
  ])('that %s, says so to the tool', async (_what, response, confirmation) => {
    const { result } = await answered(await ask(call), response);
    expect(result.content).toEqual([{ type: 'text', text: confirmation }]);
    expect(lastConfirmation()).toEqual({ answer: confirmation, message: question });
  });

  it('is asked again in the new words, where something else would happen by the time of the answer', async () => {
    const asked = await ask(call);
    question = 'This will add 2 leads to campaign 7, which is sending again.';
    const again = await answered(asked, yes);
    expect(again.result).toMatchObject({
      resultType: 'input_required',
      inputRequests: { confirm: { params: { message: question } } },
    });
    expect((await answered(again, yes)).result.content).toEqual([{ type: 'text', text: 'accepted' }]);
  });

  it.each([yes, { action: 'decline' }])('takes an answer once: %j', async (answer) => {
    const asked = await ask(call);
    await answered(asked, answer);
    const calls = features.calls.length;
    for (const again of [answer, yes]) {
      const { error } = await answered(asked, again);
      expect(error).toMatchObject({ code: -32602, data: { reason: 'invalid_request_state' } });
    }
    expect(features.calls).toHaveLength(calls);
    expect((await answered(await ask(call), yes)).result.content).toEqual([{ type: 'text', text: 'accepted' }]);
  });

  it('of which two answers come at once, is made once', async () => {
    const asked = await ask(call);
    const answers = await Promise.all([answered(asked, yes), answered(asked, yes)]);
    expect(answers.map(({ error }) => error?.code).sort()).toEqual([-32602, undefined]);
  });

  it('is left to the tool where its arguments are too deep to be told from others', async () => {
    const { requestState } = (await ask(call)).result;
    const deep = { name: 'act', arguments: { deep: JSON.parse('['.repeat(2_000) + ']'.repeat(2_000)) } };
    const { result } = await ask({ ...deep, requestState, inputResponses: { confirm: yes } });
    expect(result.resultType).toBe('input_required');
    expect(lastConfirmation()).toBeUndefined();
  });

  it('knows the call by its arguments in any order', async () => {
    const reordered = { name: 'act', arguments: { leads: ['a', 'b'], campaign: 7 } };
    expect((await answered(await ask(call), yes, reordered)).result.content).toEqual([{ type: 'text', text: 'accepted' }]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['without an answer', {}],
    ['with an answer that is no object', { confirm: 12345 }],
    ['with an answer that says neither', { confirm: { action: 'accept', content: {} } }],
    ['with the answer to something else', { other: yes }],
  ])('asks again when it comes %s', async (_what, inputResponses) => {
    const { requestState } = (await ask(call)).result;
    const { result } = await ask({ ...call, requestState, inputResponses });
    expect(result.resultType).toBe('input_required');
    expect(lastConfirmation()).toBeUndefined();
  });

  it('asks again when it is answered without the state of a question', async () => {
    const { result } = await ask({ ...call, inputResponses: { confirm: yes } });
    expect(result.resultType).toBe('input_required');
  });

  it.each<[string, Record<string, unknown>]>([
    ['of other arguments', { ...call, arguments: { ...call.arguments, campaign: 8 } }],
    ['of more arguments', { ...call, arguments: { ...call.arguments, force: true } }],
    ['of another tool', { ...call, name: 'other' }],
  ])('refuses the answer to a question about a call %s', async (_what, otherCall) => {
    const asked = await ask(call);
    const calls = features.calls.length;
    const { error } = await answered(asked, yes, otherCall as typeof call);
    expect(error).toMatchObject({ code: -32602, data: { reason: 'invalid_request_state' } });
    expect(features.calls).toHaveLength(calls);
  });

  it('refuses a state that was changed, made up, or asked for by another process', async () => {
    const { requestState } = (await ask(call)).result as { requestState: string };
    const other = await serveDoor(createModernDoor(fakeFeatures(askFirst), { log }));
    const foreign = (await modernRequest(other.url, 'tools/call', call, { capabilities: { elicitation: {} } })).result
      .requestState;
    await other.close();
    const calls = features.calls.length;
    for (const state of [`${requestState}x`, `x${requestState}`, 'v1.e30.AAAA', '', foreign]) {
      const { error } = await ask({ ...call, requestState: state, inputResponses: { confirm: yes } });
      expect(error).toMatchObject({ code: -32602 });
    }
    expect(features.calls).toHaveLength(calls);
  });

  it('refuses an answer that comes after ten minutes', async () => {
    const asked = await ask(call);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 });
    expect((await answered(asked, yes)).error).toMatchObject({ code: -32602 });
  });

  it.each<[string, Record<string, unknown>]>([
    ['cannot ask', {}],
    ['asks by web pages alone', { elicitation: { url: {} } }],
  ])('of a client that %s is left to the argument', async (_what, capabilities) => {
    const { result } = await ask(call, capabilities);
    expect(result.content).toEqual([{ type: 'text', text: 'confirm by argument' }]);
  });
});
