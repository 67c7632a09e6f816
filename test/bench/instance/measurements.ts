import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../free-port.ts';
import { type LoadResult, retryUntilUp } from '../measure.ts';
import { type LoadClient, openClient, openHttpSse, type TransportName } from './clients.ts';
import { HttpConnection } from './http-connection.ts';
import { type Memory, memoryOf, settledMemoryOf } from './process-memory.ts';
import { bareServer, type RunningSubject, type Subject, start } from './subjects.ts';

export const tool = 'leads_categories';
export const lanes = 8;
type Environment = Record<string, string>;

/** Starts a subject for as long as the work takes. */
export async function withSubject<Result>(
  subject: Subject,
  environment: Environment,
  work: (running: RunningSubject) => Promise<Result>,
): Promise<Result> {
  const running = await start(subject, await freePort(), environment);
  try {
    return await work(running);
  } finally {
    await running.stop();
  }
}

const request = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** From spawn to the whole answer of the first tools/list over SSE (for the bare server: its first answer), and the memory when idle. */
export async function measureStart(subject: Subject, environment: Environment): Promise<{ startMs: number; idle: Memory }> {
  const started = performance.now();
  return withSubject(subject, environment, async ({ pid, port }) => {
    if (subject === bareServer) {
      const connection = await retryUntilUp(() => HttpConnection.open(port));
      await connection.exchange(request);
      const startMs = performance.now() - started;
      connection.close();
      return { startMs, idle: memoryOf(pid) };
    }
    const client = await retryUntilUp(() => openHttpSse({ port, tool, lanes: 1 }));
    await client.list();
    const startMs = performance.now() - started;
    // By then it has loaded what the first call needs.
    await delay(800);
    const idle = memoryOf(pid);
    client.drop();
    return { startMs, idle };
  });
}

/** Keeps the lanes of a client busy for a time, after a warm-up. */
export async function measureLoad(client: Pick<LoadClient, 'call'>, durationMs: number, warmUpMs: number): Promise<LoadResult> {
  const durations: number[] = [];
  const measureFrom = performance.now() + warmUpMs;
  const until = measureFrom + durationMs;
  const busy = async (lane: number) => {
    for (let now = performance.now(); now < until; ) {
      await client.call(lane);
      const after = performance.now();
      if (now >= measureFrom) durations.push(after - now);
      now = after;
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => busy(lane)));
  durations.sort((a, b) => a - b);
  return {
    callsPerSecond: durations.length / (durationMs / 1000),
    p50Ms: durations[Math.floor(durations.length * 0.5)] ?? Number.NaN,
    p99Ms: durations[Math.floor(durations.length * 0.99)] ?? Number.NaN,
  };
}

/** The same load on the bare server: what this machine and this generator can do at most. */
export async function openBareClient(port: number): Promise<Pick<LoadClient, 'call' | 'drop'>> {
  const connections = await Promise.all(Array.from({ length: lanes }, () => HttpConnection.open(port)));
  return {
    call: async (lane) => void (await (connections[lane] as HttpConnection).exchange(request)),
    drop: () => {
      for (const connection of connections) connection.close();
    },
  };
}

/** Opens clients one after the other, a few at a time. */
export async function openMany(count: number, open: () => Promise<LoadClient>): Promise<LoadClient[]> {
  const clients: LoadClient[] = [];
  const opener = async () => {
    while (clients.length < count) {
      const place = clients.push(undefined as unknown as LoadClient) - 1;
      clients[place] = await open();
    }
  };
  await Promise.all(Array.from({ length: 8 }, opener));
  return clients;
}

/**
 * Kibibytes of the server's memory that each further session takes: each client has connections of its own, all stay open, and each has
 * made one call. Garbage is collected before and after.
 */
export async function measureSessionMemory(running: RunningSubject, transport: TransportName, count: number): Promise<number> {
  const open = async () => {
    const client = await openClient[transport]({ port: running.port, tool, lanes: 1 });
    await client.call(0);
    return client;
  };
  const leaveAll = (clients: LoadClient[]) => Promise.all(clients.map((client) => client.leave()));
  // Once before, so that what the server keeps for any number of sessions is there already.
  await leaveAll(await openMany(Math.ceil(count / 5), open));
  await delay(300);
  const before = await settledMemoryOf(running.pid);
  const clients = await openMany(count, open);
  const after = await settledMemoryOf(running.pid);
  await leaveAll(clients);
  await delay(300);
  return ((after.rssMebibytes - before.rssMebibytes) * 1024) / count;
}

export interface Endurance {
  before: Memory;
  after: Memory;
  sessionsLeft: number;
}

/**
 * Memory before and after many calls and many sessions that were opened and dropped. Where there is the patience to wait until the server
 * has noticed, half of them are dropped without a word.
 */
export async function measureEndurance(
  running: RunningSubject,
  { calls, sessions, patienceMs }: { calls: number; sessions: number; patienceMs: number },
): Promise<Endurance> {
  const { port, pid } = running;
  const transports: TransportName[] = ['HTTP+SSE', 'Streamable HTTP 2025-11-25'];
  const makeCalls = async (transport: TransportName, count: number) => {
    const client = await openClient[transport]({ port, tool, lanes });
    let left = count;
    const busy = async (lane: number) => {
      while (left > 0) {
        left -= 1;
        await client.call(lane);
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, lane) => busy(lane)));
    await client.leave();
  };
  const churn = async (transport: TransportName, count: number) => {
    for (let done = 0; done < count; done += 50) {
      const some = await openMany(Math.min(50, count - done), () => openClient[transport]({ port, tool, lanes: 1 }));
      // The others are cut, as n8n and a lost network do it.
      await Promise.all(
        some.map(async (client, index) => (index % 2 === 0 || patienceMs < 120_000 ? client.leave() : client.drop())),
      );
    }
  };
  // A server that has just started grows into what it keeps; the start of the comparison is one that has worked.
  for (const transport of transports) {
    await makeCalls(transport, calls / 20);
    await churn(transport, Math.ceil(sessions / 20));
  }
  await untilSessionsEnd(port, patienceMs);
  const before = await settledMemoryOf(pid);
  for (const transport of transports) {
    await makeCalls(transport, calls / transports.length);
    await churn(transport, sessions / transports.length);
  }
  const sessionsLeft = await untilSessionsEnd(port, patienceMs);
  return { before, after: await settledMemoryOf(pid), sessionsLeft };
}

/** Waits until the server holds no session, at most so long. @returns how many it still holds. */
async function untilSessionsEnd(port: number, patienceMs: number): Promise<number> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const connection = await HttpConnection.open(port);
    const { body } = await connection.exchange('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
    connection.close();
    const sessions = Number(/^smartlead_mcp_sessions (\d+)/m.exec(body)?.[1] ?? 0);
    if (sessions === 0 || performance.now() > deadline) return sessions;
    await delay(500);
  }
}
