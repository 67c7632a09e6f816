/**
 * `npm run bench:router`: the router and the lifecycle in numbers, in one run beside a bare node:http forwarder and, where installed,
 * HAProxy. Everything runs on this machine: compare rows of one run, not runs.
 * Options: --json prints JSON, --write puts the table into docs/benchmarks.md, --soak-minutes N (1 where nothing is said), and
 * --only forwarding,streams,storm,wake,warm,kill,create,fleet measures some parts alone. BENCH_QUICK=1 takes about a minute; BENCH_ROUNDS
 * and BENCH_LOAD_MS change the number of rounds and the length of each load. Ends with exit code 1 where a goal is missed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Samples, tableOf, withSection } from './instance/report.ts';
import { startUpstream } from './instance/subjects.ts';
import { root } from './programs.ts';
import { measureFleet } from './router/fleet.ts';
import { measureForwarding } from './router/forwarding.ts';
import { type RunningPlatform, startPlatform } from './router/platform.ts';
import { measureCreation, measureKill, measureWake } from './router/recovery.ts';
import { measureStorm } from './router/storm.ts';
import { measureStreams } from './router/streams.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    'soak-minutes': { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const quick = process.env.BENCH_QUICK === '1';
const rounds = Number(process.env.BENCH_ROUNDS ?? (quick ? 1 : 5));
const loadMs = Number(process.env.BENCH_LOAD_MS ?? (quick ? 1_000 : 3_000));
const only = options.only?.split(',');
const samples = new Samples();
const say = (text: string) => process.stderr.write(`${text}\n`);

/** A part that cannot be measured is named in the report, with the reason, and the others go on. */
async function part(name: string, measure: () => Promise<void>): Promise<void> {
  if (only !== undefined && !only.includes(name)) return;
  say(name);
  try {
    await measure();
  } catch (error) {
    samples.miss(name, error instanceof Error ? error.message : String(error));
  }
}

const upstream = await startUpstream();
const smartleadUrl = upstream.environment.SMARTLEAD_CORE_URL as string;
try {
  await part('forwarding', () => measureForwarding(samples, { smartleadUrl, rounds, loadMs, warmUpMs: loadMs / 2, say }));
  const soakMinutes = quick ? 0 : Number(options['soak-minutes']);
  await part('streams', () => measureStreams(samples, { smartleadUrl, streams: quick ? 500 : 5_000, soakMinutes, say }));
  await part('storm', () => measureStorm(samples, { smartleadUrl, connections: quick ? 500 : 5_000, rounds, say }));
  type Measure = (platform: RunningPlatform) => Promise<void>;
  const onPlatform = (measure: Measure, settings?: Record<string, string>) => async () => {
    const platform = await startPlatform(smartleadUrl, settings);
    try {
      await measure(platform);
    } finally {
      await platform.stop();
    }
  };
  await part(
    'create',
    onPlatform((platform) => measureCreation(samples, platform, quick ? 3 : 15)),
  );
  await part(
    'wake',
    onPlatform((platform) => measureWake(samples, platform, quick ? 3 : 15)),
  );
  await part(
    'warm',
    onPlatform(
      async (platform) => {
        await measureCreation(samples, platform, quick ? 3 : 15, 'warm');
        await measureWake(samples, platform, quick ? 3 : 15, 'warm');
      },
      { WARM_POOL_SIZE: '2' },
    ),
  );
  await part(
    'kill',
    onPlatform((platform) => measureKill(samples, platform, quick ? 2 : 10)),
  );
  await part(
    'fleet',
    onPlatform((platform) => measureFleet(samples, platform, quick ? 20 : 200, say)),
  );
} finally {
  await upstream.stop();
}

const report = samples.report({ rounds, quick });
process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : tableOf(report));
if (options.write) {
  const page = join(root, 'docs/benchmarks.md');
  writeFileSync(
    page,
    withSection(readFileSync(page, 'utf8'), report, { command: 'bench:router', title: 'The router and the lifecycle' }),
  );
}
process.exitCode = report.rows.some(({ met }) => met === false) || report.missing.length > 0 ? 1 : 0;
