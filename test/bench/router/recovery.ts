import { setTimeout as delay } from 'node:timers/promises';
import { type LoadClient, openSessions2025 } from '../instance/clients.ts';
import { atMost, type Samples } from '../instance/report.ts';
import { tool } from './forwarding.ts';
import type { CreatedInstance, RunningPlatform } from './platform.ts';
import { startStreamHolder } from './subjects.ts';

const openSession = ({ port }: RunningPlatform, { path, token }: CreatedInstance, lanes: number): Promise<LoadClient> =>
  openSessions2025(
    { port, tool, lanes, paths: { mcp: `${path}/mcp` }, headers: { Authorization: `Bearer ${token}` } },
    { standalone: false },
  );

/** Whether launches start a process, or find one that waits without a customer. */
export type StartKind = 'cold' | 'warm';

const nameOf = (what: string, kind: StartKind) => `${what}${kind === 'warm' ? ', from the warm pool' : ''}, ms`;

/** From `POST /v1/instances` to the first GET that says `running`. */
export async function measureCreation(
  samples: Samples,
  platform: RunningPlatform,
  times: number,
  kind: StartKind = 'cold',
): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    if (kind === 'warm') await delay(refillMs);
    const posted = performance.now();
    const { id } = await platform.createInstance();
    await platform.waitFor(id, 'running');
    samples.add(
      nameOf('POST /v1/instances to running', kind),
      performance.now() - posted,
      atMost(kind === 'warm' ? 150 : 300, 'ms'),
    );
    await platform.rest.delete(`/v1/instances/${id}`);
  }
}

/** For the pool to be full again: these are measurements of a start, not of how fast a pool is emptied. */
const refillMs = 1_000;

/** Shortest idle time that the API accepts. */
const sleepAfterSeconds = 5;

/**
 * A call of a session that was open before the instance fell asleep, until its answer. All instances fall asleep together, and are woken
 * one after the other.
 */
export async function measureWake(
  samples: Samples,
  platform: RunningPlatform,
  times: number,
  kind: StartKind = 'cold',
): Promise<void> {
  const instances: CreatedInstance[] = [];
  const sessions: LoadClient[] = [];
  try {
    for (let time = 0; time < times; time += 1) {
      const instance = await platform.createInstance({ sleepAfterSeconds });
      instances.push(instance);
      await platform.waitFor(instance.id, 'running');
      const session = await openSession(platform, instance, 1);
      await session.call(0);
      sessions.push(session);
    }
    for (const { id } of instances) await platform.waitFor(id, 'sleeping', 30_000);
    for (const session of sessions) {
      if (kind === 'warm') await delay(refillMs);
      const called = performance.now();
      await session.call(0);
      samples.add(
        nameOf('wake from sleep to answer', kind),
        performance.now() - called,
        atMost(kind === 'warm' ? 150 : 400, 'ms'),
      );
    }
  } finally {
    for (const session of sessions) session.drop();
    for (const { id } of instances) await platform.rest.delete(`/v1/instances/${id}`);
  }
}

const streamsHeld = 50;
const lanes = 8;
/** Below what a token may ask for. */
const pauseBetweenCallsMs = 120;

/**
 * An instance is killed (`kill -9`) while clients hold streams and make calls: time until a call that was made just after it is answered,
 * what became of the calls that ran, and whether any stream was closed. Each time another instance, because one that dies often is not
 * restarted at once.
 */
export async function measureKill(samples: Samples, platform: RunningPlatform, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const instance = await platform.createInstance();
    await platform.waitFor(instance.id, 'running');
    const holder = startStreamHolder();
    const session = await openSession(platform, instance, lanes + 1);
    let isOver = false;
    const failures: string[] = [];
    const keepCalling = async (lane: number) => {
      while (!isOver) {
        try {
          await session.call(lane);
        } catch (error) {
          failures.push((error as Error).message);
        }
        await delay(pauseBetweenCallsMs);
      }
    };
    try {
      const target = { port: platform.port, path: instance.path, token: instance.token };
      await holder.run({ kind: 'open', targets: [target], count: streamsHeld, spreadMs: 0, atOnce: 10 });
      await holder.run({ kind: 'handshake', atOnce: 10 });
      const load = Promise.all(Array.from({ length: lanes }, (_, lane) => keepCalling(lane)));
      await delay(500);
      const pid = await platform.processOf(instance.id);
      if (pid === undefined) throw new Error('the instance has no process');
      const killed = performance.now();
      process.kill(pid, 'SIGKILL');
      await callUntilAnswered(session, lanes);
      samples.add('instance killed under load to the next answer, ms', performance.now() - killed, atMost(1_000, 'ms'));
      await delay(500);
      isOver = true;
      await load;
      const { closed } = await holder.run({ kind: 'report' });
      samples.add(`instance killed: client streams closed, of ${streamsHeld}`, closed, atMost(0, 'streams'));
      samples.add('instance killed: calls that failed', failures.length, atMost(0, 'calls'));
    } finally {
      isOver = true;
      session.drop();
      await holder.stop();
      await platform.rest.delete(`/v1/instances/${instance.id}`);
    }
  }
}

async function callUntilAnswered(session: LoadClient, lane: number): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      await session.call(lane);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(10);
    }
  }
}
