import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenStream, openStream, rawRequest } from './raw-http.ts';
import { authorization, callTool, connectClient, type RunningInstance, startInstance } from './start-instance.ts';

/** What the test knows to be true of the server. */
interface Model {
  /** Sessions of Streamable HTTP that are open, by the number the test gave them. */
  open: Set<number>;
  /** Those that were ended. */
  ended: Set<number>;
}

/** The server under test with what a client holds of it. */
interface Real {
  running: RunningInstance;
  /** Session ids by number. */
  ids: Map<number, string>;
  streams: OpenStream[];
  nextId: number;
}

type Step = fc.AsyncCommand<Model, Real>;

const json = { ...authorization, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'model', version: '0' } },
});
const initialized = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

function post(real: Real, body: string, session?: string) {
  const headers = session === undefined ? json : { ...json, 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' };
  return rawRequest(`${real.running.url}/mcp`, { method: 'POST', headers, body });
}

function sessionHeaders(session: string): Record<string, string> {
  return { ...authorization, accept: 'text/event-stream', 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' };
}

/** The JSON-RPC message of an answer, however it came. */
function messageOf(text: string): { id: unknown; result?: Record<string, unknown>; error?: { code: number } } {
  const data = text.split('\n').findLast((line) => line.startsWith('data: {'));
  return JSON.parse(data === undefined ? text : data.slice('data: '.length));
}

/** A step on one of the sessions, chosen by number; the numbers wrap, so that open, ended and unknown ones all occur. */
abstract class SessionStep implements Step {
  readonly pick: number;

  constructor(pick: number) {
    this.pick = pick;
  }

  check(model: Readonly<Model>): boolean {
    return model.open.size + model.ended.size > 0;
  }

  async run(model: Model, real: Real): Promise<void> {
    const numbers = [...real.ids.keys()];
    const number = numbers[this.pick % numbers.length] as number;
    await this.runOn({ number, id: real.ids.get(number) as string, isOpen: model.open.has(number) }, model, real);
  }

  abstract runOn(session: { number: number; id: string; isOpen: boolean }, model: Model, real: Real): Promise<void>;

  toString(): string {
    return `${this.constructor.name}(${this.pick})`;
  }
}

class Open implements Step {
  check = () => true;

  async run(model: Model, real: Real): Promise<void> {
    const answer = await post(real, initialize);
    expect(answer.status).toBe(200);
    const id = String(answer.headers['mcp-session-id']);
    expect([...real.ids.values()]).not.toContain(id);
    expect((await post(real, initialized, id)).status).toBe(202);
    const number = real.ids.size;
    real.ids.set(number, id);
    model.open.add(number);
  }

  toString = () => 'Open()';
}

class Call extends SessionStep {
  async runOn({ id, isOpen }: { id: string; isOpen: boolean }, _model: Model, real: Real): Promise<void> {
    real.nextId += 1;
    const params = '{"name":"campaigns_get_all","arguments":{}}';
    const answer = await post(real, `{"jsonrpc":"2.0","id":${real.nextId},"method":"tools/call","params":${params}}`, id);
    if (!isOpen) {
      expect(answer.status).toBe(404);
      expect(messageOf(answer.text).error?.code).toBe(-32001);
      return;
    }
    expect(answer.status).toBe(200);
    const message = messageOf(answer.text);
    expect(message.id).toBe(real.nextId);
    expect(message.result).toMatchObject({ structuredContent: { items: [{ id: 1 }] } });
  }
}

/** A call that is cancelled while it runs, or after it, or that never was. */
class Cancel extends SessionStep {
  async runOn({ id, isOpen }: { id: string; isOpen: boolean }, _model: Model, real: Real): Promise<void> {
    real.nextId += 1;
    const callId = real.nextId;
    const params = '{"name":"leads_categories","arguments":{}}';
    const call =
      this.pick % 2 === 0
        ? undefined
        : post(real, `{"jsonrpc":"2.0","id":${callId},"method":"tools/call","params":${params}}`, id);
    const settled = call?.catch(() => undefined);
    const cancel = `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${callId}}}`;
    expect((await post(real, cancel, id)).status).toBe(isOpen ? 202 : 404);
    await settled;
  }
}

/** A call whose client leaves in the middle. */
class DropCall extends SessionStep {
  async runOn({ id, isOpen }: { id: string; isOpen: boolean }, _model: Model, real: Real): Promise<void> {
    if (!isOpen) return;
    real.nextId += 1;
    const body = `{"jsonrpc":"2.0","id":${real.nextId},"method":"tools/call","params":{"name":"leads_categories","arguments":{}}}`;
    const leave = new AbortController();
    const headers = { ...json, 'mcp-session-id': id };
    const call = fetch(`${real.running.url}/mcp`, { method: 'POST', headers, body, signal: leave.signal }).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, this.pick % 8));
    leave.abort();
    await call;
  }
}

class OpenStandalone extends SessionStep {
  async runOn({ id, isOpen }: { id: string; isOpen: boolean }, _model: Model, real: Real): Promise<void> {
    const stream = await openStream(`${real.running.url}/mcp`, { headers: sessionHeaders(id) });
    expect(stream.status).toBe(isOpen ? 200 : 404);
    real.streams.push(stream);
  }
}

/** Resumption from an event that may be ours, another session's or nobody's. */
class Resume extends SessionStep {
  async runOn({ id, isOpen }: { id: string; isOpen: boolean }, _model: Model, real: Real): Promise<void> {
    const lastEventId = ['0', '1', `${id}_1`, 'nonsense', '%00', '9'.repeat(50)][this.pick % 6] as string;
    const headers = { ...sessionHeaders(id), 'last-event-id': lastEventId };
    const stream = await openStream(`${real.running.url}/mcp`, { headers });
    if (isOpen) expect(stream.status).toBeOneOf([200, 400, 404]);
    else expect(stream.status).toBe(404);
    real.streams.push(stream);
  }
}

class DropStream extends SessionStep {
  async runOn(_session: { number: number; id: string; isOpen: boolean }, _model: Model, real: Real): Promise<void> {
    real.streams.splice(this.pick % Math.max(1, real.streams.length), 1)[0]?.leave();
  }
}

class Delete extends SessionStep {
  async runOn({ number, id, isOpen }: { number: number; id: string; isOpen: boolean }, model: Model, real: Real): Promise<void> {
    const answer = await rawRequest(`${real.running.url}/mcp`, { method: 'DELETE', headers: sessionHeaders(id) });
    expect(answer.status).toBe(isOpen ? 200 : 404);
    model.open.delete(number);
    model.ended.add(number);
  }
}

/** A session id of one door at the other. */
class WrongDoor extends SessionStep {
  async runOn({ id }: { id: string }, _model: Model, real: Real): Promise<void> {
    const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
    const answer = await rawRequest(`${real.running.url}/messages?sessionId=${id}`, {
      method: 'POST',
      headers: json,
      body: ping,
    });
    expect(answer.status).toBe(404);
    expect(messageOf(answer.text).error?.code).toBe(-32001);
  }
}

/** A whole life of HTTP+SSE, which leaves without a word. */
class VisitOverSse implements Step {
  check = () => true;

  async run(_model: Model, real: Real): Promise<void> {
    const stream = await openStream(`${real.running.url}/sse`, { headers: authorization });
    const [, endpoint] = await stream.waitFor(/data: (\S+)\n\n/);
    for (const body of [
      initialize,
      initialized,
      '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"campaigns_get_all"}}',
    ]) {
      expect((await rawRequest(`${real.running.url}${endpoint}`, { method: 'POST', headers: json, body })).status).toBe(202);
    }
    await stream.waitFor(/"id":7/);
    stream.leave();
  }

  toString = () => 'VisitOverSse()';
}

let running: RunningInstance;

beforeAll(async () => {
  running = await startInstance();
  running.stub.answer = ({ path }) => ({ body: [{ id: 1 }], ...(path.includes('categories') ? { delayMs: 5 } : {}) });
});
afterAll(() => running.close());

async function openSessions(): Promise<number> {
  const { text } = await rawRequest(`${running.url}/metrics`);
  return Number(/^smartlead_mcp_sessions (\d+)/m.exec(text)?.[1]);
}

describe('any sequence of what clients do with sessions', { timeout: 120_000 }, () => {
  it('is answered as the model says, and leaves nothing behind', async () => {
    const steps = [
      fc.constant(new Open()),
      fc.constant(new VisitOverSse()),
      ...[Call, Cancel, DropCall, OpenStandalone, Resume, DropStream, Delete, WrongDoor].map((kind) =>
        fc.nat({ max: 97 }).map((pick) => new kind(pick)),
      ),
    ];
    await fc.assert(
      fc.asyncProperty(fc.commands(steps, { maxCommands: 25 }), async (commands) => {
        const real: Real = { running, ids: new Map(), streams: [], nextId: 100 };
        await fc.asyncModelRun(() => ({ model: { open: new Set<number>(), ended: new Set<number>() }, real }), commands);
        for (const id of real.ids.values())
          await rawRequest(`${running.url}/mcp`, { method: 'DELETE', headers: sessionHeaders(id) });
        // The server has ended the streams of the sessions that are gone; a refused one was over at once.
        await Promise.all(real.streams.map((stream) => stream.ended));
        await expect.poll(openSessions, { timeout: 15_000, interval: 5 }).toBe(0);
      }),
      { numRuns: 40 },
    );
    const client = await connectClient(running.url);
    expect(await callTool(client, 'campaigns_get_all')).toMatchObject({ isError: false });
    await client.close();
    await expect.poll(() => running.instance.callsInProgress).toBe(0);
    expect(running.log()).not.toMatch(/Request failed inside|failed inside|Unhandled|Uncaught/);
  });
});
