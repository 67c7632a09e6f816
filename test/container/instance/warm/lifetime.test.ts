import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { takeEnrolment } from '../../../../container/instance/warm/enrolment.ts';
import type { InstanceConfiguration } from '../../../../core/instance-configuration.ts';
import { warmEnvironment, warmPaths } from '../../../../core/warm-assignment.ts';
import { assignWarmProcess, identifyWarmProcess } from '../../../../functions/adapters/warm-pool/assign-warm-process.ts';
import { type BuiltInstance, buildForTest, type RunningProcess, runBuilt } from '../built-instance.ts';
import { rawRequest } from '../raw-http.ts';
import {
  configuration,
  enrolment,
  makeAssignment,
  post,
  signingKey,
  startWarm,
  type WarmProcessUnderTest,
} from './warm-process.ts';

let built: BuiltInstance;
let started: RunningProcess[] = [];

beforeAll(async () => {
  built = await buildForTest();
});
afterEach(async () => {
  for (const running of started) running.process.kill('SIGKILL');
  await Promise.all(started.map(({ ended }) => ended));
  started = [];
});
afterAll(() => built.remove());

async function start(...options: string[]): Promise<WarmProcessUnderTest> {
  const warm = await startWarm(built, ...options);
  started.push(warm.running);
  return warm;
}

function run(commandLine: string[], environment: Record<string, string> = {}): RunningProcess {
  const running = runBuilt(built.folder, commandLine, environment);
  started.push(running);
  return running;
}

const assign = (warm: Pick<WarmProcessUnderTest, 'id' | 'address' | 'keys'>, deadlineMilliseconds?: number) =>
  assignWarmProcess(warm, { configuration: configuration() }, warm.keys, deadlineMilliseconds ? { deadlineMilliseconds } : {});

/** A process that was assigned before it was too old, and the age. On a busy machine the next one has more time. */
async function assignInTime(seconds: number): Promise<[WarmProcessUnderTest, number]> {
  try {
    const warm = await start('--max-age', String(seconds));
    await assign(warm);
    return [warm, seconds];
  } catch (error) {
    if (seconds > 5) throw error;
    return assignInTime(seconds * 3);
  }
}

describe('a warm process under a launcher', () => {
  it('ends with the pipe that the launcher holds, assigned or not', async () => {
    const [waiting, assigned] = [await start(), await start()];
    await assign(assigned);
    for (const { running } of [waiting, assigned]) {
      running.process.stdin.end();
      expect(await running.ended).toBe(0);
    }
  });

  it('ends at once when it is told to while it waits, and in order when it serves', async () => {
    const [waiting, assigned] = [await start(), await start()];
    waiting.running.process.kill('SIGTERM');
    expect(await waiting.running.ended).toBe(0);
    await assign(assigned);
    assigned.running.process.kill('SIGTERM');
    expect(await assigned.running.ended).toBe(0);
  });

  it('ends by itself when nobody is assigned in its time, and not when somebody is', async () => {
    const waiting = run(['warm', '--managed', '--max-age', '1']);
    waiting.process.stdin.write(`${JSON.stringify(enrolment())}\n`);
    const [assigned, seconds] = await assignInTime(2);
    const over = delay(seconds * 1_000 + 100);
    expect(await waiting.ended).toBe(0);
    expect(waiting.stderr()).toContain('Nobody was assigned within 1 seconds');
    await over;
    expect((await rawRequest(`${assigned.address}/readyz`)).status).toBe(200);
  });

  it.each([
    ['{"processId":"wrm_1","poolSecret":"canary","controlPlaneKey":"canary"}', /not valid: poolSecret, controlPlaneKey\n/],
    ['canary', /not one line of JSON\n/],
    ['null', /the whole line\n/],
  ])('refuses the enrolment %s with what is wrong, and without it', async (line, reason) => {
    const running = run(['warm', '--managed']);
    running.process.stdin.write(`${line}\n`);
    expect(await running.ended).toBe(1);
    expect(running.stderr()).toMatch(reason);
    expect(running.stderr()).not.toContain('canary');
  });

  it.each([
    [['--max-age', '0'], /--max-age must be a number of seconds/],
    [['--max-age', '9999999'], /--max-age must be/],
    [['--tools', 'full'], /Unknown option '--tools'/],
    [['--port', '70000'], /--port must be/],
  ])('refuses the options %j', async (options, reason) => {
    const running = run(['warm', ...options]);
    expect(await running.ended).toBe(2);
    expect(running.stderr()).toMatch(reason);
  });
});

describe('a warm process in a container', () => {
  const environmentOf = (line: ReturnType<typeof enrolment>) =>
    Object.fromEntries(Object.entries(warmEnvironment).map(([part, name]) => [name, line[part as keyof typeof line]]));

  it('reads its enrolment from the environment and lives although nobody holds its standard input', async () => {
    const line = enrolment();
    const running = run(['warm', '--port', '0'], environmentOf(line));
    running.process.stdin.destroy();
    const [, port] = await running.waitFor(/^\{"event":"warm","port":(\d+)\}\n/);
    const warm = {
      id: line.processId,
      address: `http://127.0.0.1:${port}`,
      keys: { poolSecret: Buffer.from(line.poolSecret, 'base64url'), signingKey },
    };
    await assign(warm);
    expect((await rawRequest(`${warm.address}/readyz`)).status).toBe(200);
  });

  it('takes the enrolment out of its environment', () => {
    const environment: Record<string, string | undefined> = { ...environmentOf(enrolment()), OTHER: 'stays' };
    expect(takeEnrolment(environment).processId).toMatch(/^wrm_/);
    expect(environment).toEqual({ OTHER: 'stays' });
  });

  it('names the variables that are wrong, never their values', async () => {
    const running = run(['warm', '--port', '0'], { WARM_PROCESS_ID: 'wrm_1', WARM_POOL_SECRET: 'canary' });
    expect(await running.ended).toBe(1);
    expect(running.stderr()).toContain('WARM_POOL_SECRET, WARM_CONTROL_PLANE_KEY');
    expect(running.stderr()).not.toContain('canary');
  });

  it('says in every log line whose it is, where it was told to', async () => {
    const warm = await start();
    const plaintext = JSON.stringify({ configuration: configuration({ deniedTools: ['no_such_tool'] }), labelLogs: true });
    expect((await post(warm.address, warmPaths.assignment, await makeAssignment(warm, { plaintext }))).status).toBe(200);
    await expect.poll(() => warm.running.stderr()).toContain('no_such_tool');
    const { instanceId } = configuration();
    for (const line of warm.running.stderr().trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ instanceId });
  });
});

describe('a crash', () => {
  it('of the control plane after the identity leaves the process assignable', async () => {
    const warm = await start();
    await identifyWarmProcess(warm, warm.keys);
    await makeAssignment(warm);
    await assign(warm);
  });

  it('of the control plane once it has sent the assignment leaves a process that serves or waits, and never both', async () => {
    const warm = await start();
    const tokens = ['token-of-the-abandoned-assignment', 'token-of-the-next-assignment'];
    const [abandonedConfiguration, nextConfiguration] = tokens.map((accessToken) => configuration({ accessToken }));
    const plaintext = JSON.stringify({ configuration: abandonedConfiguration });
    const message = JSON.stringify(await makeAssignment(warm, { plaintext }));
    const abandoned = fetch(`${warm.address}${warmPaths.assignment}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: message,
      signal: AbortSignal.timeout(3),
    }).then(
      () => undefined,
      () => undefined,
    );
    await abandoned;
    const assignNext = () =>
      assignWarmProcess(warm, { configuration: nextConfiguration as InstanceConfiguration }, warm.keys).then(
        () => 'none',
        ({ failure }: { failure: string }) => failure,
      );
    let failure = await assignNext();
    // A process that is just being assigned closes all other connections.
    if (failure === 'unreachable') failure = await assignNext();
    await expect.poll(async () => (await rawRequest(`${warm.address}/readyz`)).status).toBe(200);
    const opened = async (token = '') =>
      (await post(warm.address, '/mcp', {}, { authorization: `Bearer ${token}` })).status !== 401;
    expect({ failure, opened: await Promise.all(tokens.map(opened)) }).toEqual(
      failure === 'taken' ? { failure, opened: [true, false] } : { failure: 'none', opened: [false, true] },
    );
  });

  it('of the process before or during the assignment is told to the control plane, at once', async () => {
    const killed = await start();
    killed.running.process.kill('SIGKILL');
    await killed.running.ended;
    await expect(assign(killed)).rejects.toMatchObject({ failure: 'unreachable' });

    const during = await start();
    during.running.process.kill('SIGSTOP');
    const assigning = assign(during, 60_000);
    assigning.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    during.running.process.kill('SIGKILL');
    await expect(assigning).rejects.toMatchObject({ failure: 'unreachable' });
  });

  it('is what a process that hangs counts for, after the deadline', async () => {
    const warm = await start();
    warm.running.process.kill('SIGSTOP');
    await expect(assign(warm, 200)).rejects.toMatchObject({ failure: 'unreachable', message: /did not answer in time/ });
  });
});
