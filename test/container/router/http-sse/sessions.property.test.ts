import fc from 'fast-check';
import { expect, it } from 'vitest';
import { propertyLimits } from '../../../property-limits.ts';
import { eventually, startRouter } from '../fixture.ts';
import { addFakeInstance, type FakeProcess, type Message, startProcess } from './fake-process.ts';
import { RawClient } from './raw-client.ts';

const read = 'campaigns_get_all';
const write = 'campaigns_create';

interface Party {
  client: RawClient;
  isCut: boolean;
  /** Requests made, by id: how their process knows them again. */
  asked: Map<number, { mark: string; name: string; answersBefore: number }>;
}

const command = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('post' as const), party: fc.nat(2), name: fc.constantFrom(read, write) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('answer' as const), which: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const), party: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('return' as const), party: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('come' as const) }) },
);
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

const markOf = (message: Message) => (message.params?.arguments as { mark: string } | undefined)?.mark;
const isUnknown = (message: Message) => JSON.stringify(message).includes('outcome_unknown');

interface Played {
  parties: readonly Party[];
  processes: readonly FakeProcess[];
}

/** Plays the commands, lets everybody be there and all be answered, and checks what came of it. */
async function play(
  commands: readonly Command[],
  userAgentOf: (index: number) => string,
  check: (played: Played) => Promise<void>,
): Promise<void> {
  const fixture = await startRouter({ timing: { arrivalWaitMs: 20_000 } });
  const processes: FakeProcess[] = [];
  let timer: NodeJS.Timeout | undefined;
  const instance = addFakeInstance(fixture);
  let present: FakeProcess | undefined;
  const answered = new Set<Message>();
  const come = async () => {
    if (present !== undefined) return;
    present = await startProcess();
    processes.push(present);
    instance.runAs(present);
  };
  const parked = () => Number(/parked_sessions (\d+)/.exec(fixture.router.metrics())?.[1]);
  const held = () => (present?.received ?? []).filter(({ message }) => message.method === 'tools/call' && !answered.has(message));
  const answer = (call: { session: string; message: Message } | undefined) => {
    if (call === undefined) return;
    answered.add(call.message);
    present?.answer(call.session, call.message.id ?? 0, { mark: markOf(call.message) });
  };
  const isAlike = userAgentOf(0) === userAgentOf(1);
  const parties: Party[] = [];
  let pings = 0;
  const settle = async ({ client }: Party) => {
    pings += 1;
    await client.send({ id: `ping-${pings}`, method: 'ping' });
    await client.waitForAnswer(`ping-${pings}`);
  };
  const comeBack = async (party: Party) => {
    if (party.isCut) await party.client.reconnect();
    party.isCut = false;
  };
  const kill = async (victim: FakeProcess) => {
    const handedOver = new Set(victim.received.map(({ message }) => markOf(message)));
    instance.leave('restarting');
    await victim.kill();
    present = undefined;
    // One that was taken for another hears nothing of what it asked for in its own session.
    if (isAlike) return;
    for (const { client, isCut, asked } of parties) {
      for (const [id, { mark, name }] of asked)
        if (!isCut && name === write && handedOver.has(mark)) await client.waitForAnswer(id);
    }
  };
  const cut = async (party: Party) => {
    // What is on its way when a connection breaks is lost to a client that cannot say what it has got; see the other tests.
    await settle(party);
    const before = parked();
    party.client.cut();
    party.isCut = true;
    await eventually(() => parked() === before + 1, 'the cut to be noticed');
  };
  const ask = async (party: Party, name: string) => {
    // Nor can anybody tell, of an answer that is on its way, that it was not meant for a request with its id that is made meanwhile.
    if (isAlike) await settle(party);
    const id = party.asked.size + 1;
    const mark = `${parties.indexOf(party)}-${id}`;
    const answersBefore = party.client.answersTo(id).length;
    const { status, text } = await party.client.send({ id, method: 'tools/call', params: { name, arguments: { mark } } });
    // A client that was taken for another one can hit upon an id of it.
    if (status === 400 && isAlike) expect(text).toContain('request_id_in_use');
    else expect(status).toBe(202);
    if (status === 202) party.asked.set(id, { mark, name, answersBefore });
  };
  try {
    await come();
    for (const index of [0, 1, 2]) {
      const client = await new RawClient(fixture.base, instance, { 'User-Agent': userAgentOf(index) }).connect();
      await client.handshake();
      parties.push({ client, isCut: false, asked: new Map() });
    }
    for (const each of commands) {
      const party = 'party' in each ? parties[each.party] : undefined;
      if (each.kind === 'come') await come();
      else if (each.kind === 'answer') answer(held()[each.which]);
      else if (each.kind === 'kill' && present !== undefined) await kill(present);
      else if (each.kind === 'return' && party !== undefined) await comeBack(party);
      else if (each.kind === 'cut' && party?.isCut === false) await cut(party);
      else if (each.kind === 'post' && party?.isCut === false) await ask(party, each.name);
    }
    await come();
    for (const party of parties) await comeBack(party);
    timer = setInterval(() => held().forEach(answer), 2);
    await check({ parties, processes });
  } finally {
    clearInterval(timer);
    await fixture.close();
    for (const process of processes) await process.kill();
  }
}

/** What counts is the first answer since the request was made: any client ignores one to a request that it does not wait for. */
function expectNothingForeign({ client, asked }: Party): void {
  for (const [id, { mark: own, answersBefore }] of asked) {
    const message = client.answersTo(id)[answersBefore];
    if (message === undefined) continue;
    const { mark } = (message.result ?? {}) as { mark?: string };
    if (mark === undefined) expect(message.error !== undefined || isUnknown(message)).toBe(true);
    else expect(mark).toBe(own);
  }
}

/** An answer may be written again, see `LastReceived`, but there is only one. */
function expectOneAnswerEach({ client, asked }: Party): void {
  for (const id of asked.keys()) for (const each of client.answersTo(id)) expect(each).toEqual(client.answersTo(id)[0]);
}

function expectNoWriteTwice(processes: readonly FakeProcess[]): void {
  const writes = processes
    .flatMap(({ received }) => received)
    .filter(({ message }) => message.params?.name === write)
    .map(({ message }) => markOf(message));
  expect(new Set(writes).size).toBe(writes.length);
}

const commandsOfARun = fc.array(command, { minLength: 4, maxLength: 24 });
const testTimeoutMs = 60_000;
const settings = { numRuns: 20, ...propertyLimits(testTimeoutMs) };

it(
  'clients that can be told apart get exactly one answer to every request, whatever happens to them and to the instance',
  async () => {
    const check = async ({ parties, processes }: Played) => {
      for (const party of parties) {
        for (const [id, { mark, name }] of party.asked) {
          const answer = await party.client.waitForAnswer(id);
          if (name === write && isUnknown(answer)) continue;
          expect(answer).toMatchObject({ result: { mark } });
        }
        expectNothingForeign(party);
        expectOneAnswerEach(party);
      }
      expectNoWriteTwice(processes);
    };
    const property = fc.asyncProperty(commandsOfARun, (commands) => play(commands, (index) => `client-${index}`, check));
    await fc.assert(property, settings);
  },
  testTimeoutMs,
);

it(
  'clients that cannot be told apart never get an answer of another one to what they wait for',
  async () => {
    const check = async ({ parties, processes }: Played) => {
      for (const { client } of parties) {
        await client.send({ id: 'last', method: 'ping' });
        await client.waitForAnswer('last');
      }
      for (const party of parties) expectNothingForeign(party);
      expectNoWriteTwice(processes);
    };
    const property = fc.asyncProperty(commandsOfARun, (commands) => play(commands, () => 'same', check));
    await fc.assert(property, settings);
  },
  testTimeoutMs,
);
