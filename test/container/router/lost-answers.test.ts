import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { propertyLimits } from '../../property-limits.ts';
import { type InstanceFixture, post, type RouterFixture, readingTool, startRouter, toolCall, writingTool } from './fixture.ts';
import { accept, type CallScript, createSessionProcess, openSession, type SeenMessage } from './session-instance.ts';

const forms = ['json', 'chunked', 'events'] as const;
type Form = (typeof forms)[number];

/** What a process does with one call. */
interface Attempt {
  form: Form;
  /** It dies after that many bytes of its answer, ends it in order there, refuses because it is going away, or answers. */
  deed: 'dies' | 'ends' | 'refuses' | 'answers';
  at: number;
}

const note = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"text":"é😀"}}';

function answerTo({ id }: SeenMessage, form: Form): Buffer {
  const result = JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'é😀' }] } });
  return Buffer.from(form === 'events' ? `event: message\ndata: ${note}\n\nevent: message\ndata: ${result}\n\n` : result);
}

/** Attempts that are still to be made at each call, by its id, and how often each was handed over. */
const plans = new Map<unknown, Attempt[]>();
const handedOver = new Map<unknown, number>();

const play: CallScript = (response, message) => {
  const { form, deed, at } = plans.get(message.id)?.shift() ?? { form: 'json', deed: 'answers', at: 0 };
  if (deed === 'refuses') {
    response.writeHead(503, { Connection: 'close', 'Retry-After': '1' }).end();
    return;
  }
  handedOver.set(message.id, (handedOver.get(message.id) ?? 0) + 1);
  const answer = answerTo(message, form);
  const part = deed === 'answers' ? answer : answer.subarray(0, at % answer.length);
  const type = form === 'events' ? 'text/event-stream' : 'application/json';
  const length = form === 'json' && deed !== 'ends' ? { 'Content-Length': answer.length } : {};
  response.writeHead(200, { 'Content-Type': type, ...length });
  if (deed !== 'dies') response.end(part);
  else if (part.length === 0) response.socket?.destroy();
  else response.write(part, () => setImmediate(() => response.socket?.destroy()));
};

let fixture: RouterFixture;
let instance: InstanceFixture;
let headers: Record<string, string>;
beforeAll(async () => {
  const many = 1_000_000;
  fixture = await startRouter({
    timing: { arrivalWaitMs: 20_000, unroutedWaitMs: 20 },
    limits: { maxCallsPerSecondPerToken: many, maxCallsPerSecondPerInstance: many, maxCallsPerSecondPerWorkspace: many },
  });
  instance = await fixture.addInstance(createSessionProcess(play).script);
  headers = (await openSession(fixture, instance)).headers;
});
afterAll(() => fixture.close());

let calls = 0;

/** Makes a call and answers with what the client got of it, each message parsed: no message may be incomplete. */
async function call(tool: string, attempts: Attempt[], named: Record<string, string>): Promise<Record<string, unknown>[]> {
  calls += 1;
  const id = `call-${calls}`;
  plans.set(id, attempts);
  const { status, headers: answered, text } = await post(fixture.url(instance, 'mcp'), instance.token, toolCall(id, tool), named);
  const isStream = answered['content-type']?.startsWith('text/event-stream') === true;
  const messages = isStream
    ? text
        .split('\n\n')
        .slice(0, -1)
        .map((event) => JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? ''))
    : [JSON.parse(text)];
  if (status !== 200) expect([status, messages[0].error.data.retry]).toEqual([status === 503 ? 503 : 502, expect.any(Boolean)]);
  const answers = messages.filter((message) => message.id === id);
  expect(answers).toHaveLength(1);
  expect(messages.at(-1)).toBe(answers[0]);
  if (tool === writingTool) expect(handedOver.get(id) ?? 0).toBeLessThanOrEqual(1);
  return messages;
}

describe.each(forms)('an answer in the form %s', (form) => {
  const length = answerTo({ id: 'call-1000' }, form).length;

  it.each([readingTool, writingTool])('that breaks off at any byte never looks like a whole one: %s', async (tool) => {
    const offsets = Array.from({ length }, (_, offset) => offset);
    for (const deed of ['dies', 'ends'] as const) {
      // A few at once: so connections and sessions are shared by those that break and those that do not.
      for (let start = 0; start < length; start += 16) {
        const group = offsets.slice(start, start + 16).filter((at) => deed === 'dies' || at % 5 === 0);
        const got = await Promise.all(group.map((at) => call(tool, [{ form, deed, at }], at % 2 === 0 ? headers : accept)));
        for (const messages of got) {
          const last = messages.at(-1) as { result: { isError?: boolean } };
          expect(last.result.isError === true).toBe(tool === writingTool);
        }
      }
    }
  });
});

it('whatever processes do, one after the other, each request is answered exactly once and each write handed over at most once', async () => {
  const attempt = fc.record({
    form: fc.constantFrom(...forms),
    deed: fc.constantFrom('dies' as const, 'ends' as const, 'refuses' as const, 'answers' as const),
    at: fc.nat(400),
  });
  const plan = fc.record({
    tool: fc.constantFrom(readingTool, writingTool),
    hasSession: fc.boolean(),
    attempts: fc.array(attempt, { maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { minLength: 1, maxLength: 8 }), async (all) => {
      await Promise.all(all.map(({ tool, attempts, hasSession }) => call(tool, [...attempts], hasSession ? headers : accept)));
    }),
    { numRuns: 40, ...propertyLimits(30_000) },
  );
});
