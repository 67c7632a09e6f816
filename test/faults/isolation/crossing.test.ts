import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashBearerToken } from '../../../core/bearer-token.ts';
import { type ManagedInstance, startManagedInstance } from '../../bench/router/subjects.ts';
import { type StubSmartlead, startStubSmartlead } from '../../container/instance/stub-smartlead.ts';
import { post, type RouterFixture, startRouter } from '../../container/router/fixture.ts';
import { propertyLimits } from '../../property-limits.ts';
import { EventReader } from '../event-reader.ts';
import { scaled } from '../scale.ts';

const clientInfo = { name: 'crossing', version: '1.0.0' };
const initialize = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
};
const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };
const call = (id: number, _meta?: object) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'leads_categories', arguments: {}, ...(_meta === undefined ? {} : { _meta }) },
});
const modern = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': clientInfo,
  'io.modelcontextprotocol/clientCapabilities': {},
};
const accept = { accept: 'application/json, text/event-stream' };

/**
 * A workspace with a real instance, whose Smartlead marks everything it says, and a client that holds one session of each transport. Both
 * parties use the same request ids.
 */
class Party {
  readonly mark: string;
  readonly #router: RouterFixture;
  readonly #stub: StubSmartlead;
  readonly #returns: Record<string, string>;
  #process: ManagedInstance;
  #stream: EventReader | undefined;
  #session: Record<string, string> = {};
  /** Everything that came to this party, in whatever way. */
  #received = '';
  #lastId = 0;
  /** Ids of the calls whose answers come on the event stream. */
  readonly #owed = new Set<number>();

  private constructor(
    mark: string,
    router: RouterFixture,
    stub: StubSmartlead,
    process: ManagedInstance,
    returns: Record<string, string>,
  ) {
    this.mark = mark;
    this.#router = router;
    this.#stub = stub;
    this.#process = process;
    this.#returns = returns;
  }

  /** @param returns Headers by which its client shows that it was there before, when it opens its stream again. */
  static async open(mark: string, router: RouterFixture, returns: Record<string, string>): Promise<Party> {
    const stub = await startStubSmartlead();
    stub.answer = () => ({ body: [{ id: 1, name: mark.repeat(40) }], delayMs: Math.floor(Math.random() * 6) });
    const party = new Party(mark, router, stub, await startManagedInstance(new URL(stub.hosts.core).origin), returns);
    const { instanceId, workspaceId, tokenId: id, token } = party.#process;
    router.tokens.set(hashBearerToken(token), { id, instanceId, workspaceId, expiresAt: null });
    router.descriptions.set(instanceId, { status: 'restarting', statusReason: 'Its process died.', nextStep: null });
    party.#setRoute();
    await party.#openStream();
    const messages = party.#messages;
    await post(messages, token, initialize);
    await party.#stream?.answer(0);
    await post(messages, token, initialized);
    const opened = await post(party.#door, token, initialize, accept);
    party.#session = {
      ...accept,
      'mcp-session-id': String(opened.headers['mcp-session-id']),
      'mcp-protocol-version': '2025-11-25',
    };
    await post(party.#door, token, initialized, party.#session);
    return party;
  }

  /** Where the client posts: what the stream has said last. */
  get #messages(): string {
    return new URL(this.#stream?.last('endpoint') ?? '', this.#router.base).href;
  }

  get #door(): string {
    return `${this.#router.base}/i/${this.#process.instanceId}/mcp`;
  }

  async askOnStream(): Promise<void> {
    this.#lastId += 1;
    this.#owed.add(this.#lastId);
    const { status } = await post(this.#messages, this.#process.token, call(this.#lastId));
    expect(status).toBeLessThan(300);
  }

  async askInSession(): Promise<void> {
    this.#lastId += 1;
    await this.#take(post(this.#door, this.#process.token, call(this.#lastId), this.#session), this.#lastId);
  }

  async askWithoutSession(): Promise<void> {
    this.#lastId += 1;
    const headers = {
      ...accept,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'leads_categories',
    };
    await this.#take(post(this.#door, this.#process.token, call(this.#lastId, modern), headers), this.#lastId);
  }

  /** The client's own connection is cut, and it comes back without a new handshake. */
  async cutStream(): Promise<void> {
    this.#stream?.cut();
    this.#keep();
    for (const id of this.#owed) if (this.#stream?.hasAnswered(id) === true) this.#owed.delete(id);
    await this.#openStream(this.#returns);
  }

  /** The instance's process is killed; another one takes its place. */
  async killProcess(): Promise<void> {
    process.kill(this.#process.pid, 'SIGKILL');
    const former = this.#process;
    this.#router.routes.delete(former.instanceId);
    this.#router.router.instanceGone(former.instanceId);
    this.#process = await startManagedInstance(new URL(this.#stub.hosts.core).origin, former);
    this.#setRoute();
    this.#router.router.instanceCame(former.instanceId);
    await former.stop();
  }

  /** Waits until all answers are there, and checks every byte that came. */
  async settle(foreignMark: string): Promise<void> {
    for (const id of this.#owed) await this.#stream?.answer(id);
    this.#owed.clear();
    this.#keep();
    expect(this.#received).toContain(this.mark.repeat(40));
    expect(this.#received).not.toContain(foreignMark.repeat(4));
  }

  async close(): Promise<void> {
    this.#stream?.cut();
    await this.#process.stop();
    await this.#stub.close();
  }

  async #take(answer: ReturnType<typeof post>, id: number): Promise<void> {
    const { status, text } = await answer;
    this.#received += text;
    expect({ status, text }).toMatchObject({ status: 200, text: expect.stringContaining(`"id":${id}`) });
    expect(text).toContain(this.mark.repeat(40));
  }

  #keep(): void {
    this.#received += this.#stream?.text ?? '';
  }

  async #openStream(headers?: Record<string, string>): Promise<void> {
    const stream = await EventReader.open(`${this.#router.base}/i/${this.#process.instanceId}/sse`, this.#process.token, headers);
    await stream.next('endpoint');
    this.#stream = stream;
  }

  #setRoute(): void {
    const { instanceId, workspaceId, address, accessToken } = this.#process;
    this.#router.routes.set(instanceId, { instanceId, workspaceId, address, accessToken });
  }
}

const steps = {
  askOnStream: (party: Party) => party.askOnStream(),
  askInSession: (party: Party) => party.askInSession(),
  askWithoutSession: (party: Party) => party.askWithoutSession(),
};

describe('two workspaces through one router (PEERS 20)', () => {
  let router: RouterFixture;
  let parties: [Party, Party];

  beforeEach(async () => {
    router = await startRouter({ timing: { arrivalWaitMs: 20_000, keepAliveMs: 1_000 } });
    // The one comes back as n8n and the current SDKs do, the other as old clients, without a word of who it is.
    parties = [await Party.open('Ä', router, { 'mcp-protocol-version': '2025-11-25' }), await Party.open('ß', router, {})];
  });
  afterEach(async () => {
    for (const party of parties) await party.close();
    await router.close();
  });

  const round = fc.record({
    asked: fc.array(
      fc.record({
        party: fc.constantFrom(0 as const, 1 as const),
        step: fc.constantFrom(...(Object.keys(steps) as (keyof typeof steps)[])),
      }),
      { minLength: 2, maxLength: 16 },
    ),
    /** What befalls one of them while the answers are under way. */
    trouble: fc.oneof(
      { weight: 2, arbitrary: fc.constant('none') },
      { weight: 2, arbitrary: fc.constant('cut') },
      { weight: 1, arbitrary: fc.constant('kill') },
    ),
    befalls: fc.constantFrom(0 as const, 1 as const),
  });

  it('real instances, equal request ids, interleaved streams of all transports, cuts and kills: no byte crosses and no answer is lost', async () => {
    // Checked between rounds: one that is cut short in the middle would hide an answer that does not come.
    const lastBegin = performance.now() + scaled(15_000, 90_000);
    await fc.assert(
      fc.asyncProperty(round, async ({ asked, trouble, befalls }) => {
        if (performance.now() > lastBegin) return;
        const answers = Promise.allSettled(asked.map(({ party, step }) => steps[step](parties[party])));
        if (trouble === 'cut') await parties[befalls].cutStream();
        if (trouble === 'kill') await parties[befalls].killProcess();
        expect((await answers).filter(({ status }) => status === 'rejected')).toEqual([]);
        for (const party of parties) await party.askInSession();
        await parties[0].settle(parties[1].mark);
        await parties[1].settle(parties[0].mark);
      }),
      // What the parties have been through is part of each round, so a failed one cannot be made smaller.
      { numRuns: scaled(12, 120), endOnFailure: true, timeout: propertyLimits(120_000).timeout },
    );
  }, 120_000);
});
