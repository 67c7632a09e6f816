import { setTimeout as delay } from 'node:timers/promises';
import { atMost, type Samples } from '../instance/report.ts';
import { tool } from './forwarding.ts';
import { processorTimeOf } from './processor-time.ts';
import { startForwarder, startLoadGenerator, startManagedInstance, startRouter, startStreamHolder } from './subjects.ts';

export interface StormOptions {
  smartleadUrl: string;
  connections: number;
  rounds: number;
  say(text: string): void;
}

const stormMs = 3_000;
const measuredMs = 5_000;
/** Well within what a token may ask for, so that what is seen is the storm and not a limit. */
const callsPerSecond = 80;

/**
 * A storm of connections to one instance, with the limits as in service, while a client of another workspace makes its calls as before.
 * The storm's clients have a low priority, for in life they run on other machines. The same storm goes to a bare forwarder beside the
 * router, too: what that does to the client's calls is the machine's doing, because all of it shares its processors.
 */
export async function measureStorm(samples: Samples, { smartleadUrl, connections, rounds, say }: StormOptions): Promise<void> {
  const count = connections.toLocaleString('en');
  const instances = [await startManagedInstance(smartleadUrl), await startManagedInstance(smartleadUrl)] as const;
  const [stormed, other] = instances;
  const router = await startRouter({ instances: [...instances] });
  const generator = startLoadGenerator();
  const before = `another's calls before a storm of ${count} connections in 3 s: p99, ms`;
  const during = `another's calls during it: p99, ms`;
  const addWhereKnown = (what: string, milliseconds = Number.NaN) => {
    if (!Number.isNaN(milliseconds)) samples.add(what, milliseconds);
  };
  const beside = `another's calls while the storm goes to a bare forwarder beside the router: p99, ms`;
  const forwarder = await startForwarder(stormed.address);
  try {
    const calls = { port: router.port, path: `/i/${other.instanceId}`, token: other.token, tool, lanes: 4, callsPerSecond };
    await generator.run({ ...calls, warmUpMs: 0, durationMs: 1_000 });
    for (let round = 1; round <= rounds; round += 1) {
      say(`storm, round ${round} of ${rounds}`);
      const storm = startStreamHolder();
      const elsewhere = startStreamHolder();
      try {
        const calm = await generator.run({ ...calls, warmUpMs: 500, durationMs: measuredMs });
        const besideTargets = [{ port: forwarder.port, path: '', token: stormed.accessToken }];
        const ragingBeside = elsewhere.run({
          kind: 'open',
          targets: besideTargets,
          count: connections,
          spreadMs: stormMs,
          atOnce: connections,
        });
        const crowded = await generator.run({ ...calls, warmUpMs: 0, durationMs: measuredMs });
        await ragingBeside;
        await elsewhere.stop();
        await delay(1_000);
        const targets = [{ port: router.port, path: `/i/${stormed.instanceId}`, token: stormed.token }];
        const timesBefore = [router.pid, stormed.pid].map(processorTimeOf);
        const raging = storm.run({ kind: 'open', targets, count: connections, spreadMs: stormMs, atOnce: connections });
        const disturbed = await generator.run({ ...calls, warmUpMs: 0, durationMs: measuredMs });
        const { open, closed, refused, elapsedMs } = await raging;
        const [ofRouter, ofInstance] = [router.pid, stormed.pid].map(
          (pid, place) => (processorTimeOf(pid) ?? Number.NaN) - (timesBefore[place] ?? Number.NaN),
        );
        samples.add(before, calm.p99Ms);
        samples.add(beside, crowded.p99Ms);
        samples.add(during, disturbed.p99Ms);
        samples.add("another's p99, during / before", disturbed.p99Ms / calm.p99Ms, atMost(2, '×'));
        samples.add("another's p99, during / while it goes to the forwarder", disturbed.p99Ms / crowded.p99Ms);
        samples.add('storm: connections that were served, s until the last', elapsedMs / 1000);
        addWhereKnown('storm: processor time of the router, the calls beside it included, ms', ofRouter);
        addWhereKnown('storm: processor time of the stormed instance, ms', ofInstance);
        samples.add('storm: streams open at its end', open);
        samples.add('storm: streams closed to make room, told to come back, too', closed);
        samples.add('storm: clients told to come back later', refused);
      } finally {
        await storm.stop();
        await elsewhere.stop();
      }
      await delay(1_000);
    }
  } finally {
    await generator.stop();
    await forwarder.stop();
    await router.stop();
    for (const instance of instances) await instance.stop();
  }
}
