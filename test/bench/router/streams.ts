import { setTimeout as delay } from 'node:timers/promises';
import { atLeast, atMost, type Samples } from '../instance/report.ts';
import { type ManagedInstance, type RouterMemory, startManagedInstance, startRouter, startStreamHolder } from './subjects.ts';
import { unlimited } from './unlimited.ts';

export interface StreamsOptions {
  smartleadUrl: string;
  streams: number;
  soakMinutes: number;
  say(text: string): void;
}

/** An instance holds 2,000 sessions, so that many streams need a few of them. */
const streamsPerInstance = 1_900;
/** A session whose client left without waiting for anything is kept for 10 s. */
const untilForgottenMs = 11_000;

/**
 * Idle HTTP+SSE streams through the router to real instances: how fast they open, what each takes, and whether it becomes more. The
 * instance hears of a session by its first message, so what a stream takes counts after the handshake that every client says.
 */
export async function measureStreams(
  samples: Samples,
  { smartleadUrl, streams, soakMinutes, say }: StreamsOptions,
): Promise<void> {
  const count = streams.toLocaleString('en');
  say(`${count} idle streams`);
  const instances: ManagedInstance[] = [];
  const holder = startStreamHolder();
  try {
    while (instances.length * streamsPerInstance < streams) instances.push(await startManagedInstance(smartleadUrl));
    const router = await startRouter({ instances, limits: unlimited });
    try {
      const targets = instances.map(({ instanceId, token }) => ({ port: router.port, path: `/i/${instanceId}`, token }));
      // A few before, so that what the router keeps for any number of streams is there already.
      await holder.run({ kind: 'open', targets, count: 50, spreadMs: 0, atOnce: 10 });
      await holder.run({ kind: 'handshake', atOnce: 10 });
      await holder.run({ kind: 'close' });
      await delay(untilForgottenMs);
      const before = await router.memory();
      const opened = await holder.run({ kind: 'open', targets, count: streams, spreadMs: 0, atOnce: 64 });
      const silent = await router.memory();
      const said = await holder.run({ kind: 'handshake', atOnce: 64 });
      const after = await router.memory();
      const perStream = (now: RouterMemory, what: keyof RouterMemory, kind: string, goal: boolean) => {
        const kibibytes = ((now[what] - before[what]) * 1024) / opened.open;
        samples.add(`${count} ${kind} for each, KiB`, kibibytes, goal ? atMost(60, 'KiB') : undefined);
      };
      samples.add(`${count} idle streams: opened`, opened.open, atLeast(streams, 'streams'));
      samples.add(`${count} idle streams: time to open all, s`, opened.elapsedMs / 1000, atMost(10, 's'));
      samples.add(`${count} idle streams: time of all handshakes after it, s`, said.elapsedMs / 1000);
      perStream(after, 'rssMebibytes', 'idle streams after the handshake: RSS of the router', true);
      perStream(after, 'heapMebibytes', 'idle streams after the handshake: heap and buffers of the router', false);
      perStream(silent, 'rssMebibytes', 'streams that were opened and no more: RSS of the router', false);
      perStream(silent, 'heapMebibytes', 'streams that were opened and no more: heap and buffers of the router', false);
      if (soakMinutes > 0) await soak();
      async function soak(): Promise<void> {
        say(`soak of ${soakMinutes} minutes`);
        const minutes = `${soakMinutes} min of soak`;
        await delay(soakMinutes * 60_000);
        const later = await router.memory();
        const report = await holder.run({ kind: 'report' });
        samples.add(
          `${minutes}: RSS of the router grew by, %`,
          (later.rssMebibytes / after.rssMebibytes - 1) * 100,
          atMost(5, '%'),
        );
        samples.add(
          `${minutes}: heap and buffers grew by, %`,
          (later.heapMebibytes / after.heapMebibytes - 1) * 100,
          atMost(5, '%'),
        );
        samples.add(`${minutes}: streams closed`, report.closed, atMost(0, 'streams'));
        samples.add(`${minutes}: pings answered`, report.pingsAnswered);
      }
    } finally {
      await router.stop();
    }
  } finally {
    await holder.stop();
    for (const instance of instances) await instance.stop();
  }
}
