import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { takeEnrolment } from '../../../../container/instance/warm/enrolment.ts';
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
    const [waiting, assigned] = [await start('--max-age', '2'), await start('--max-age', '2')];
    await assign(assigned);
    expect(await waiting.running.ended).toBe(0);
    expect(waiting.running.stderr()).toContain('Nobody was assigned within 2 seconds');
    await new Promise((resolve) => setTimeout(resolve, 2100));
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
    const message = JSON.stringify(await makeAssignment(warm));
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
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { status } = await rawRequest(`${warm.address}/readyz`);
    const again = await assign(warm).then(
      () => 'none',
      ({ failure }: { failure: string }) => failure,
    );
    expect([status, again]).toEqual(status === 200 ? [200, 'taken'] : [503, 'none']);
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
