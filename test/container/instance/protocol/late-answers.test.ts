import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, expect, it, vi } from 'vitest';
import { StreamableHttpSession } from '../../../../container/instance/protocol/streamable-http-session.ts';
import { openStream, rawRequest } from '../raw-http.ts';
import { openSession, type RunningDoors, readEvents, request, result, startDoors } from './start-doors.ts';

let doors: RunningDoors;
afterEach(() => doors.close());

it('the answer to a question that was taken back is no answer to the next one, although the session slept in between', async () => {
  doors = await startDoors(
    {
      write: async (_arguments, { confirmation }) =>
        confirmation === undefined ? { kind: 'question', question: { message: 'Do it?' } } : result(confirmation.answer),
    },
    { hibernateAfterMs: 1_000 },
  );
  const url = `${doors.url}/mcp`;
  const headers = await openSession(doors.url, '2025-06-18', { elicitation: {} });
  const post = (body: string) => rawRequest(url, { method: 'POST', headers, body });
  const ask = async (id: number) => {
    const stream = await openStream(url, { method: 'POST', headers, body: request(id, 'tools/call', { name: 'write' }) });
    await stream.waitFor(/elicitation\/create/);
    const question = readEvents(stream.text()).find(({ data }) => data.includes('elicitation/create'));
    return { stream, questionId: JSON.parse(question?.data ?? '').id as number };
  };
  const accept = (id: number) =>
    post(JSON.stringify({ jsonrpc: '2.0', id, result: { action: 'accept', content: { confirm: true } } }));

  const first = await ask(1);
  await post('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}');
  await first.stream.ended;
  doors.sessions.sweep(Date.now() + 1_010);
  expect(doors.sessions.find(headers['mcp-session-id'] ?? '', StreamableHttpSession)?.hibernating).toBe(true);

  const second = await ask(2);
  await accept(first.questionId);
  await post(request(3, 'ping'));
  expect(readEvents(second.stream.text()).filter(({ data }) => data.includes('"result"'))).toEqual([]);
  await accept(second.questionId);
  await second.stream.ended;
  expect(second.stream.text()).toContain('accepted');
});

it('questions of two processes never have the same id: a session that goes on in another one gets late answers, too', async () => {
  const idOfFirstQuestion = async (): Promise<unknown> => {
    vi.resetModules();
    // As in another process: nothing is shared with the one before.
    const { ProtocolEngine } = await import('../../../../container/instance/protocol/protocol-engine.ts');
    const engine = new ProtocolEngine({ name: 'one', version: '1' }, { capabilities: {} }, () => false);
    const sent: JSONRPCMessage[] = [];
    const transport: Transport = {
      start: async () => {},
      close: async () => transport.onclose?.(),
      send: async (message) => void sent.push(message),
    };
    await engine.connect(transport);
    const pinged = engine.ping().catch(() => {});
    await engine.close();
    await pinged;
    const [ping] = sent;
    return ping !== undefined && 'id' in ping ? ping.id : undefined;
  };
  const ids = [await idOfFirstQuestion(), await idOfFirstQuestion(), await idOfFirstQuestion()];
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(Number.isSafeInteger(id)).toBe(true);
});
