import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CancelledNotificationSchema,
  ElicitRequestSchema,
  type ElicitResult,
  type Progress,
} from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallContext } from '../../../../container/instance/features/mcp-features.ts';
import { openStream, rawRequest } from '../raw-http.ts';
import { json, openSession, type RunningDoors, request, result, startDoors, type ToolBehaviour } from './start-doors.ts';

let doors: RunningDoors;
let client: Client | undefined;
afterEach(async () => {
  await client?.close();
  client = undefined;
  await doors.close();
});

async function connect(transport: 'streamable-http' | 'http-sse', capabilities: object = {}): Promise<Client> {
  client = new Client({ name: 'test', version: '1.0.0' }, { capabilities });
  const connection =
    transport === 'http-sse'
      ? new SSEClientTransport(new URL(`${doors.url}/sse`))
      : new StreamableHTTPClientTransport(new URL(`${doors.url}/mcp`));
  if ('elicitation' in capabilities) client.setRequestHandler(ElicitRequestSchema, () => elicited());
  await client.connect(connection as Parameters<Client['connect']>[0]);
  return client;
}

let elicited: () => ElicitResult | Promise<ElicitResult>;

/** A tool that asks once, and answers what it was told. */
function asking(contexts: CallContext[]): ToolBehaviour {
  return async (_arguments, context) => {
    contexts.push(context);
    if (context.asks === 'protocol' && context.confirmation === undefined) {
      return { kind: 'question', question: { message: 'This will send 120 mails.' } };
    }
    return result(`${context.asks}: ${context.confirmation?.answer ?? 'none'}`);
  };
}

describe.each(['streamable-http', 'http-sse'] as const)('over %s', (transport) => {
  it('prompts, resources, templates and completion are served', async () => {
    doors = await startDoors();
    const connected = await connect(transport);
    expect((await connected.listPrompts()).prompts).toHaveLength(1);
    expect((await connected.getPrompt({ name: 'greet', arguments: { who: 'Ann' } })).messages[0]?.content).toMatchObject({
      text: 'Hello Ann',
    });
    expect((await connected.listResources()).resources).toHaveLength(1);
    expect((await connected.listResourceTemplates()).resourceTemplates).toHaveLength(1);
    expect((await connected.readResource({ uri: 'test://thing/1' })).contents).toEqual([{ uri: 'test://thing/1', text: 'one' }]);
    const completed = await connected.complete({
      ref: { type: 'ref/resource', uri: 'test://thing/{id}' },
      argument: { name: 'id', value: '4' },
      context: { arguments: { known: 'x' } },
    });
    expect(completed.completion.values).toEqual(['41', 'known']);
    await expect(connected.ping()).resolves.toEqual({});
  });

  it('failures have their codes, and faults of ours say nothing', async () => {
    doors = await startDoors();
    const connected = await connect(transport);
    await expect(connected.readResource({ uri: 'test://gone' })).rejects.toMatchObject({
      code: -32002,
      data: { uri: 'test://gone' },
    });
    await expect(connected.callTool({ name: 'none' })).rejects.toMatchObject({ code: -32602 });
    const broken = connected.readResource({ uri: 'test://broken' });
    await expect(broken).rejects.toMatchObject({ code: -32603, message: expect.not.stringContaining('4711') });
    expect(doors.faults).toHaveLength(1);
  });

  it('progress arrives in order, before the answer, and only where it was asked for', async () => {
    const arrived = Promise.withResolvers<void>();
    doors = await startDoors({
      read: async (_arguments, { progress }) => {
        for (const done of [1, 2, 2, 1, 3]) progress(done, 3, `step ${done}`);
        // The SDK's client forgets who waits for progress when the answer comes in the same chunk.
        await arrived.promise;
        return result('done');
      },
    });
    const connected = await connect(transport);
    const steps: unknown[] = [];
    const onprogress = (step: Progress) => {
      steps.push(step);
      if (step.progress === 3) arrived.resolve();
    };
    await connected.callTool({ name: 'read' }, undefined, { onprogress });
    expect(steps).toEqual([1, 2, 3].map((progress) => ({ progress, total: 3, message: `step ${progress}` })));
    expect(await connected.callTool({ name: 'read' })).toMatchObject({ content: [{ text: 'done' }] });
  });

  it.each<[string, ElicitResult, string]>([
    ['accepts', { action: 'accept', content: { confirm: true } }, 'protocol: accepted'],
    ['says no in the form', { action: 'accept', content: { confirm: false } }, 'protocol: declined'],
    ['declines', { action: 'decline' }, 'protocol: declined'],
    ['closes the form', { action: 'cancel' }, 'protocol: declined'],
  ])('a person is asked through the client, and %s', async (_case, answer, expected) => {
    const contexts: CallContext[] = [];
    doors = await startDoors({ write: asking(contexts) });
    elicited = () => answer;
    const connected = await connect(transport, { elicitation: {} });
    expect(await connected.callTool({ name: 'write' })).toMatchObject({ content: [{ text: expected }] });
    expect(contexts).toHaveLength(2);
  });

  it.each([
    ['protocol', 2, [120, 121, 121]],
    ['argument', 3, [1, 2, 3, 4]],
  ])(
    'a person is asked again where something else would happen by then (by %s after %d questions)',
    async (way, questions, mails) => {
      const counts = [...mails];
      doors = await startDoors({
        write: async (_arguments, { asks, confirmation }) => {
          const message = `This will send ${counts.shift()} mails.`;
          if (asks === 'argument' || confirmation?.message === message) return result(asks);
          return { kind: 'question', question: { message } };
        },
      });
      let asked = 0;
      elicited = () => {
        asked += 1;
        return { action: 'accept', content: { confirm: true } };
      };
      const connected = await connect(transport, { elicitation: {} });
      expect(await connected.callTool({ name: 'write' })).toMatchObject({ content: [{ text: way }] });
      expect(asked).toBe(questions);
    },
  );

  it('a client that fails to ask, or can not ask, is left the argument', async () => {
    doors = await startDoors({ write: asking([]) });
    elicited = () => {
      throw new Error('no window');
    };
    const failing = await connect(transport, { elicitation: {} });
    expect(await failing.callTool({ name: 'write' })).toMatchObject({ content: [{ text: 'argument: none' }] });
    await failing.close();
    const unable = await connect(transport);
    expect(await unable.callTool({ name: 'write' })).toMatchObject({ content: [{ text: 'argument: none' }] });
    await unable.close();
    const onlyUrls = await connect(transport, { elicitation: { url: {} } });
    expect(await onlyUrls.callTool({ name: 'write' })).toMatchObject({ content: [{ text: 'argument: none' }] });
  });

  it('cancelling stops a call, and takes back the question it asked', async () => {
    doors = await startDoors({ write: asking([]) });
    const asked = Promise.withResolvers<void>();
    elicited = () => {
      asked.resolve();
      return new Promise(() => undefined);
    };
    const connected = await connect(transport, { elicitation: {} });
    const cancelled = Promise.withResolvers<void>();
    connected.fallbackNotificationHandler = async ({ method }) => {
      if (method === CancelledNotificationSchema.shape.method.value) cancelled.resolve();
    };
    connected.removeNotificationHandler('notifications/cancelled');
    const abort = new AbortController();
    const call = connected.callTool({ name: 'write' }, undefined, { signal: abort.signal });
    await asked.promise;
    abort.abort('changed my mind');
    await expect(call).rejects.toThrow();
    await cancelled.promise;
  });
});

it('a request with id 0 can be cancelled, too', async () => {
  let aborted = false;
  const started = Promise.withResolvers<void>();
  doors = await startDoors({
    read: (_arguments, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          aborted = true;
          resolve(result('stopped'));
        });
        started.resolve();
      }),
  });
  const headers = await openSession(doors.url);
  const answer = rawRequest(`${doors.url}/mcp`, { method: 'POST', headers, body: request(0, 'tools/call', { name: 'read' }) });
  await started.promise;
  const body = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":0}}';
  await rawRequest(`${doors.url}/mcp`, { method: 'POST', headers, body });
  expect((await answer).text).toBe('');
  expect(aborted).toBe(true);
});

it('the end of an HTTP+SSE session stops reads, and lets writes finish', async () => {
  const events: string[] = [];
  const finish = Promise.withResolvers<void>();
  const running =
    (name: string): ToolBehaviour =>
    (_arguments, { signal }) =>
      new Promise((resolve) => {
        events.push(`${name} started`);
        signal.addEventListener('abort', () => events.push(`${name} stopped`));
        void finish.promise.then(() => {
          events.push(`${name} finished`);
          resolve(result('done'));
        });
      });
  doors = await startDoors({ read: running('read'), write: running('write') });
  const stream = await openStream(`${doors.url}/sse`);
  const [, endpoint] = await stream.waitFor(/data: (\S+)/);
  for (const [id, name] of ['read', 'write'].entries()) {
    const body = request(id, 'tools/call', { name });
    await rawRequest(`${doors.url}${endpoint}`, { method: 'POST', headers: json, body });
  }
  await expect.poll(() => events).toEqual(['read started', 'write started']);
  stream.leave();
  await expect.poll(() => events).toContain('read stopped');
  finish.resolve();
  await expect.poll(() => events).toContain('write finished');
  expect(events).not.toContain('write stopped');
});
