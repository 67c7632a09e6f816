import { atLeast, atMost, type Samples } from '../instance/report.ts';
import {
  type Listening,
  type LoadGenerator,
  type ManagedInstance,
  startForwarder,
  startHaproxy,
  startLoadGenerator,
  startManagedInstance,
  startRouter,
} from './subjects.ts';
import { unlimited } from './unlimited.ts';

export const tool = 'leads_categories';
export const lanes = 8;

export interface ForwardingOptions {
  smartleadUrl: string;
  rounds: number;
  loadMs: number;
  warmUpMs: number;
  /** The same load through the whole platform: where its door is, and the token for it. */
  platform?: { port: number; path: string; token: string };
  say(text: string): void;
}

interface Way {
  name: string;
  port: number;
  path: string;
  token: string;
}

/**
 * Calls through the instance itself and through what can stand in front of it, in turn in every round, so that a slow moment of the
 * machine meets all of them. All use one instance, one load generator and the same requests.
 */
export async function measureForwarding(samples: Samples, options: ForwardingOptions): Promise<void> {
  const running: { stop(): Promise<void> }[] = [];
  const started = <Subject extends { stop(): Promise<void> }>(subject: Subject): Subject => {
    running.push(subject);
    return subject;
  };
  try {
    const instance = started(await startManagedInstance(options.smartleadUrl));
    const forwarder = started(await startForwarder(instance.address));
    const router = started(await startRouter({ instances: [instance], limits: unlimited }));
    const haproxy = await startHaproxy(instance.port);
    if (haproxy === undefined) samples.miss('HAProxy', 'it is not installed');
    else started(haproxy);
    const ways = waysTo(instance, { forwarder, router, haproxy }, options.platform);
    const generator = started(startLoadGenerator());
    for (let round = 1; round <= options.rounds; round += 1) {
      options.say(`calls, round ${round} of ${options.rounds}`);
      // Another order in every round: whoever comes first meets a colder machine.
      const turn = round % ways.length;
      for (const way of [...ways.slice(turn), ...ways.slice(0, turn)]) await measureWay(samples, way, generator, options);
    }
    compare(samples);
  } finally {
    for (const subject of running.toReversed()) await subject.stop();
  }
}

function waysTo(
  instance: ManagedInstance,
  { forwarder, router, haproxy }: Record<'forwarder' | 'router', Listening> & { haproxy: Listening | undefined },
  platform: ForwardingOptions['platform'],
): Way[] {
  const direct = { path: '', token: instance.accessToken };
  const ways: Way[] = [
    { name: 'the instance itself', port: instance.port, ...direct },
    { name: 'bare node:http forwarder', port: forwarder.port, ...direct },
    { name: 'router', port: router.port, path: `/i/${instance.instanceId}`, token: instance.token },
  ];
  if (haproxy !== undefined) ways.push({ name: 'HAProxy, one thread', port: haproxy.port, ...direct });
  if (platform !== undefined) ways.push({ name: 'the whole platform', ...platform });
  return ways;
}

const nameOf = (way: string, what: string) => `${way}: ${what}`;
const callsAtEight = `calls/s at ${lanes} in flight`;
const medianAtEight = `p50 at ${lanes} in flight, ms`;
const medianAtOne = 'p50 of single calls, ms';

async function measureWay(
  samples: Samples,
  { name, port, path, token }: Way,
  generator: LoadGenerator,
  { loadMs, warmUpMs }: ForwardingOptions,
): Promise<void> {
  const target = { port, path, token, tool };
  const loaded = await generator.run({ ...target, lanes, durationMs: loadMs, warmUpMs });
  samples.add(nameOf(name, callsAtEight), loaded.callsPerSecond);
  samples.add(nameOf(name, medianAtEight), loaded.p50Ms);
  samples.add(nameOf(name, `p99 at ${lanes} in flight, ms`), loaded.p99Ms);
  const single = await generator.run({ ...target, lanes: 1, durationMs: loadMs / 2, warmUpMs: warmUpMs / 4 });
  samples.add(nameOf(name, medianAtOne), single.p50Ms);
}

/** Round by round, so that the machine's moods cancel out; what is judged is the median of the rounds. */
function compare(samples: Samples): void {
  const pairs = (what: string) => {
    const router = samples.values(nameOf('router', what));
    const forwarder = samples.values(nameOf('bare node:http forwarder', what));
    return router.map((value, round) => [value, forwarder[round] ?? Number.NaN] as const);
  };
  for (const [router, forwarder] of pairs(callsAtEight))
    samples.add('calls/s, router / forwarder', router / forwarder, atLeast(0.8, '×'));
  for (const [router, forwarder] of pairs(medianAtOne)) {
    samples.add('p50 added by the router over the forwarder, single calls, ms', router - forwarder, atMost(0.5, 'ms'));
  }
  for (const [router, forwarder] of pairs(medianAtEight)) {
    samples.add(`p50 added by the router over the forwarder at ${lanes} in flight, ms`, router - forwarder, atMost(0.5, 'ms'));
  }
}
