import { describe, expect, it, vi } from 'vitest';
import { instanceConfigurationSchema } from '../../../core/instance-configuration.ts';
import { KeyRefused } from '../../../functions/instance-manager/lifecycle-errors.ts';
import type { LifecycleState } from '../../../functions/instance-manager/lifecycle-state.ts';
import { type LifecycleTaskName, lifecycleTasks } from '../../../functions/instance-manager/tasks/index.ts';
import { type Instance, LaunchFailed } from '../../../functions/ports.ts';
import { atRest, Installation, plantedKey, running } from './installation.ts';

/** Tasks that every path of a start goes through, in their order. */
const startTasks: LifecycleTaskName[] = [
  'BeginOperation',
  'RemoveRoute',
  'StopInstance',
  'ResolveSecret',
  'LaunchInstance',
  'AwaitHealthy',
  'RegisterRoute',
  'MarkRunning',
];

/** An installation where a task fails a number of times before its work, and as often after it. */
function withFailures(
  name: LifecycleTaskName,
  times: { before?: number; after?: number },
  error: Error = new Error('disk full'),
) {
  let before = times.before ?? 0;
  let after = times.after ?? 0;
  const tasks = {
    [name]: async (state: LifecycleState) => {
      if (before-- > 0) throw error;
      const result = await lifecycleTasks[name](installation.ports)(state);
      if (after-- > 0) throw error;
      return result;
    },
  };
  const installation: Installation = new Installation({ tasks });
  return installation;
}

describe('the lifecycle', () => {
  it('starts, stops, starts, restarts and deletes', async () => {
    const installation = new Installation();
    const id = await installation.addInstance();
    await installation.runner.run(id, 'start');
    expect(await installation.observe(id)).toEqual(running);
    const { mode } = (await installation.disk.instances.findById(id)) ?? {};
    expect(await installation.routes.get(id)).toMatchObject({ accessToken: expect.stringMatching(/^[\w-]{43}$/), mode });

    await installation.ask(id, 'stop');
    expect(await installation.observe(id)).toEqual(atRest('stopped'));
    await installation.ask(id, 'start');
    expect(await installation.observe(id)).toEqual(running);
    const before = (await installation.instance(id))?.runtime?.ref;
    await installation.ask(id, 'restart');
    expect(await installation.observe(id)).toEqual(running);
    expect((await installation.instance(id))?.runtime?.ref).not.toBe(before);

    await installation.ask(id, 'delete');
    expect(await installation.observe(id)).toEqual(atRest(undefined));
    expect(installation.launcher.doubles).toEqual([]);
    expect(installation.incidents).toEqual([]);
    expect(installation.disk.events.events.map((event) => event.type)).toEqual([
      ...['starting', 'launched', 'healthy', 'stopped'],
      ...['starting', 'launched', 'healthy', 'starting', 'launched', 'healthy'],
    ]);
  });

  it('hands the process its configuration, and every launch another access token', async () => {
    const installation = new Installation();
    const id = await installation.addInstance({ toolsets: ['leads'], policy: 'standard', mode: 'stdio' });
    await installation.runner.run(id, 'start');
    const [first] = installation.launcher.processes.values();
    expect(first?.configuration).toMatchObject({
      ...{ instanceId: id, toolsets: ['leads'], policy: 'standard', mode: 'stdio', smartleadApiKey: plantedKey },
      smartleadHosts: { core: 'https://server.smartlead.ai/api/v1' },
    });
    await installation.ask(id, 'restart');
    const [second] = installation.launcher.processes.values();
    expect(second?.configuration.accessToken).not.toBe(first?.configuration.accessToken);
    expect(await installation.routes.get(id)).toMatchObject({ accessToken: second?.configuration.accessToken });
  });

  it('hands the process what it may do and which tools it offers', async () => {
    const installation = new Installation();
    const settings: Partial<Instance> = {
      ...{ toolsets: ['inbox-agent'], policy: 'full', allow: ['send', 'spend'] },
      ...{ allowedTools: ['campaigns_get_all', 'leads_categories'], deniedTools: ['leads_categories'] },
    };
    await installation.runner.run(await installation.addInstance(settings), 'start');
    await installation.runner.run(await installation.addInstance(), 'start');
    const [restricted, plain] = [...installation.launcher.processes.values()].map(({ configuration }) => configuration);
    expect(restricted).toMatchObject(settings);
    expect(plain).toMatchObject({ policy: 'read-only', allow: [] });
    for (const name of ['toolsets', 'allowedTools', 'deniedTools']) expect(plain).not.toHaveProperty(name);
    for (const configuration of [restricted, plain]) instanceConfigurationSchema.parse(configuration);
  });

  it('lets no secret pass through its state', async () => {
    const states: string[] = [];
    const names = Object.keys(lifecycleTasks) as LifecycleTaskName[];
    const tasks = Object.fromEntries(
      names.map((name) => [
        name,
        async (state: LifecycleState) => {
          const result = await lifecycleTasks[name](installation.ports)(state);
          states.push(JSON.stringify([state, result]));
          return result;
        },
      ]),
    );
    const installation: Installation = new Installation({ tasks });
    const id = await installation.addInstance();
    await installation.runner.run(id, 'start');
    const accessToken = (await installation.routes.get(id))?.accessToken ?? 'none';
    await installation.ask(id, 'restart');
    expect(states.length).toBeGreaterThan(15);
    for (const secret of [plantedKey, accessToken]) expect(states.join()).not.toContain(secret);
  });

  it('does nothing for a start of what runs, and twice the work for nothing asked twice', async () => {
    const installation = new Installation();
    const id = await installation.addInstance();
    await Promise.all(Array.from({ length: 20 }, () => installation.runner.run(id, 'start')));
    expect(installation.launcher.launches).toBe(1);
    await installation.runner.run(id, 'start');
    expect(installation.launcher.launches).toBe(1);
    // As when the API shows the status that it expects.
    await installation.change(id, { status: 'provisioning' });
    await installation.runner.run(id, 'start');
    expect(installation.launcher.launches).toBe(1);
    expect(await installation.observe(id)).toEqual(running);

    await installation.ask(id, 'stop');
    const { version } = (await installation.instance(id)) ?? {};
    await installation.runner.run(id, 'stop');
    expect((await installation.instance(id))?.version).toBe(version);
  });

  it('finishes a delete whose row is gone already', async () => {
    const installation = new Installation();
    const id = await installation.addInstance();
    await installation.runner.run(id, 'start');
    await installation.disk.instances.delete(id);
    await installation.runner.run(id, 'delete');
    expect(await installation.observe(id)).toEqual(atRest(undefined));
  });
});

describe('an operation that was overtaken', () => {
  it.each(startTasks)('by a stop before %s leaves nothing running and no status of its own', async (name) => {
    const tasks = {
      [name]: async (state: LifecycleState) => {
        await installation.change(id, { desiredState: 'stopped', status: 'stopping', statusReason: 'by the customer' });
        return lifecycleTasks[name](installation.ports)(state);
      },
    };
    const installation: Installation = new Installation({ tasks });
    const id = await installation.addInstance();
    await installation.runner.run(id, 'start');
    expect(await installation.observe(id)).toEqual(atRest('stopping'));
    expect(await installation.instance(id)).toMatchObject({ statusReason: 'by the customer' });
    const comesAfterLaunch = startTasks.indexOf(name) > startTasks.indexOf('LaunchInstance');
    expect(installation.launcher.launches).toBe(comesAfterLaunch ? 1 : 0);
    await installation.runner.run(id, 'stop');
    expect(await installation.observe(id)).toEqual(atRest('stopped'));
  });

  it('by a delete while the process is being launched ends the process at once', async () => {
    const installation = new Installation();
    installation.launcher.launchMilliseconds = 30;
    const id = await installation.addInstance();
    const start = installation.runner.run(id, 'start');
    await expect.poll(() => installation.launcher.launches).toBe(1);
    await installation.ask(id, 'delete');
    await start;
    expect(await installation.observe(id)).toEqual(atRest(undefined));
  });

  it.each([
    ['stop', 'stopped'],
    ['delete', undefined],
  ] as const)('by a %s does not keep it waiting for a launch that hangs', async (operation, status) => {
    const installation = new Installation();
    // Longer than this test may take.
    installation.launcher.launchMilliseconds = 120_000;
    const id = await installation.addInstance();
    const start = installation.runner.run(id, 'start');
    await expect.poll(() => installation.launcher.launches).toBe(1);
    await installation.ask(id, operation);
    await start;
    expect(await installation.observe(id)).toEqual(atRest(status));
    expect(installation.incidents).toEqual([]);
  });

  it('is not given up for a stop that is no longer wished', async () => {
    const installation = new Installation();
    installation.launcher.launchMilliseconds = 200;
    const id = await installation.addInstance();
    const start = installation.runner.run(id, 'start');
    await expect.poll(() => installation.launcher.launches).toBe(1);
    await Promise.all([start, installation.runner.run(id, 'stop')]);
    expect(await installation.observe(id)).toEqual(running);
    expect(installation.launcher.launches).toBe(1);
  });

  it('cancels starts that still wait when a stop comes', async () => {
    const installation = new Installation();
    installation.launcher.launchMilliseconds = 20;
    const id = await installation.addInstance();
    const operations = [installation.runner.run(id, 'start')];
    await expect.poll(() => installation.launcher.launches).toBe(1);
    operations.push(installation.runner.run(id, 'restart'), installation.runner.run(id, 'start'), installation.ask(id, 'stop'));
    await Promise.all(operations);
    expect(installation.launcher.launches).toBe(1);
    expect(await installation.observe(id)).toEqual(atRest('stopped'));
  });

  it('leaves alone what another execution launched meanwhile', async () => {
    const installation = new Installation();
    const id = await installation.addInstance();
    await installation.runner.run(id, 'start');
    const state: LifecycleState = {
      ...{ instanceId: id, operation: 'start', operationId: 'op_1', recovery: false },
      launch: {
        runtime: { launcher: 'child-process', ref: '99', address: 'http://127.0.0.1:1' },
        accessToken: { name: 'x', version: 1 },
        secret: { name: 'y', version: 1 },
      },
      failure: { Error: 'InstanceUnhealthy', Cause: 'It did not answer.' },
    };
    await lifecycleTasks.RemoveRoute(installation.ports)(state);
    await lifecycleTasks.StopInstance(installation.ports)(state);
    expect(await installation.observe(id)).toEqual(running);
    await expect(lifecycleTasks.RegisterRoute(installation.ports)(state)).rejects.toMatchObject({ name: 'OperationOvertaken' });
    await expect(lifecycleTasks.MarkRunning(installation.ports)(state)).rejects.toMatchObject({ name: 'OperationOvertaken' });
  });
});

describe('a request that comes in another order than the wish it stands for', () => {
  it.each([
    ['stopped', 'start'],
    ['running', 'stop'],
    ['deleted', 'restart'],
  ] as const)('works towards what is stored: %s, although a %s is asked for last', async (desiredState, operation) => {
    const installation = new Installation();
    const id = await installation.addInstance();
    await installation.runner.run(id, 'start');
    await installation.change(id, { desiredState });
    await installation.runner.run(id, operation);
    const wanted = { stopped: atRest('stopped'), running, deleted: atRest(undefined) }[desiredState];
    expect(await installation.observe(id)).toEqual(wanted);
  });
});

describe('a failure', () => {
  it.each(startTasks)('of %s for good leaves nothing running and the reason', async (name) => {
    const installation = withFailures(name, { before: Number.POSITIVE_INFINITY });
    const id = await installation.addInstance();
    await installation.runner.run(id, 'start');
    expect(await installation.observe(id)).toEqual(atRest('failed'));
    expect(await installation.instance(id)).toMatchObject({
      statusReason: 'The operation failed on our side.',
      nextStep: expect.any(String),
    });
  });

  it.each(startTasks)('of %s after its work leaves nothing running either', async (name) => {
    const installation = withFailures(name, { after: Number.POSITIVE_INFINITY });
    const id = await installation.addInstance();
    await installation.runner.run(id, 'start');
    expect(await installation.observe(id)).toEqual(atRest('failed'));
  });

  it.each(startTasks)('of %s that passes is repeated, and the work done twice ends as once', async (name) => {
    const passing = Object.assign(new Error('away'), { name: 'DependencyUnavailable' });
    const installation = withFailures(name, { before: 1, after: 1 }, passing);
    const id = await installation.addInstance();
    await installation.runner.run(id, 'start');
    expect(await installation.observe(id)).toEqual(running);
  });

  it.each<LifecycleTaskName>(['BeginOperation', 'RemoveRoute', 'StopInstance', 'MarkStopped'])(
    'of %s keeps an instance from stopping, says so, and the next stop succeeds',
    async (name) => {
      const installation = new Installation();
      const id = await installation.addInstance();
      await installation.runner.run(id, 'start');
      await installation.change(id, { desiredState: 'stopped' });
      const failing = () => Promise.reject(new Error('disk full'));
      const broken = new Installation({ disk: installation.disk, ports: installation.ports, tasks: { [name]: failing } });
      await broken.runner.run(id, 'stop');
      expect(await installation.instance(id)).toMatchObject({ status: 'failed', desiredState: 'stopped' });
      await installation.runner.run(id, 'stop');
      expect(await installation.observe(id)).toEqual(atRest('stopped'));
    },
  );

  it('of the launch shows how the process ended', async () => {
    const installation = new Installation();
    installation.launcher.failures = 1;
    const id = await installation.addInstance();
    await installation.runner.run(id, 'start');
    expect(await installation.observe(id)).toEqual(atRest('failed'));
    expect(await installation.instance(id)).toMatchObject({
      statusReason: 'The instance ended with exit code 1 before it was ready.',
    });
    await installation.ask(id, 'start');
    expect(await installation.observe(id)).toEqual(running);
  });

  it('of the launch in a recovery leaves the instance restarting', async () => {
    const installation = new Installation();
    installation.launcher.failures = 1;
    const id = await installation.addInstance({ status: 'restarting' });
    await installation.runner.run(id, 'start', { recovery: true });
    expect(await installation.observe(id)).toEqual(atRest('restarting'));
  });

  it('to become healthy is a failure of the start', async () => {
    const installation = new Installation();
    const id = await installation.addInstance();
    installation.probe.check = async () => {
      installation.launcher.kill(id);
      return { healthy: false, reason: 'it cannot be reached.' };
    };
    await installation.runner.run(id, 'start');
    expect(await installation.observe(id)).toEqual(atRest('failed'));
    expect(await installation.instance(id)).toMatchObject({ statusReason: 'The instance ended right after its start.' });
  });

  it('that a task hangs ends with its time limit', async () => {
    vi.useFakeTimers();
    try {
      const hang = () => new Promise<never>(() => {});
      const installation = new Installation({ tasks: { AwaitHealthy: hang } });
      await installation.runner.prepare();
      const id = await installation.addInstance();
      const start = installation.runner.run(id, 'start');
      await vi.advanceTimersByTimeAsync(31_000);
      await start;
      expect(await installation.observe(id)).toEqual(atRest('failed'));
      expect(await installation.instance(id)).toMatchObject({ statusReason: 'A step of the operation took too long.' });
    } finally {
      vi.useRealTimers();
    }
  });

  it('of everything, even of marking it, is reported and does not stop the next operation', async () => {
    const away = () => Promise.reject(new Error('database away'));
    const installation = new Installation({ tasks: { BeginOperation: away, MarkFailed: away } });
    const id = await installation.addInstance();
    await expect(installation.runner.run(id, 'start')).resolves.toBeUndefined();
    expect(installation.runner.isBusy(id)).toBe(false);
  });

  it('tells a key that is gone from one that is refused', async () => {
    const installation = new Installation();
    const gone = await installation.addInstance({ keyId: 'key_gone' });
    await installation.runner.run(gone, 'start');
    expect(await installation.instance(gone)).toMatchObject({
      status: 'failed',
      statusReason: 'The Smartlead key of this instance does not exist any more.',
      nextStep: 'Choose another key for this instance, then start it.',
    });
  });
});

describe('a key that Smartlead refuses', () => {
  it('ends the instance as unauthenticated, without a process and with the key marked', async () => {
    const installation = new Installation();
    const id = await installation.addInstance();
    installation.probe.set(id, { healthy: false, reason: 'it says so', keyRefused: true });
    await installation.runner.run(id, 'start');
    expect(await installation.observe(id)).toEqual(atRest('unauthenticated'));
    const { keyId = '' } = (await installation.instance(id)) ?? {};
    expect(await installation.disk.keys.find((await installation.instance(id))?.workspaceId ?? '', keyId)).toMatchObject({
      status: 'refused',
    });
  });

  it('leaves a key alone that was rotated meanwhile, and the next start runs with the new one', async () => {
    const installation = new Installation();
    const id = await installation.addInstance();
    const { keyId = '', workspaceId = '' } = (await installation.instance(id)) ?? {};
    const rotate = async () => {
      const secret = await installation.disk.secrets.put(`smartlead-key/${keyId}`, 'demo-rotated');
      await installation.disk.keys.update(workspaceId, keyId, { secret, status: 'valid' });
    };
    await installation.disk.keys.update(workspaceId, keyId, { status: 'refused' });
    vi.spyOn(installation.keyChecker, 'check').mockImplementation(async () => {
      await rotate();
      return 'refused';
    });
    await installation.runner.run(id, 'start');
    expect(await installation.disk.keys.find(workspaceId, keyId)).toMatchObject({ status: 'valid' });
    expect(await installation.observe(id)).toEqual(running);

    const check = vi.spyOn(installation.probe, 'check').mockImplementationOnce(async () => {
      await rotate();
      return { healthy: false, reason: 'it says so', keyRefused: true };
    });
    await installation.runner.run(id, 'restart');
    expect(check).toHaveBeenCalled();
    expect(await installation.disk.keys.find(workspaceId, keyId)).toMatchObject({ status: 'valid' });
    await installation.runner.run(id, 'start');
    expect(await installation.observe(id)).toEqual(running);
  });

  it('rotated between two tasks, the process gets the present version, though the resolved one is gone', async () => {
    const rotateFirst = async (state: LifecycleState) => {
      const { keyId = '', workspaceId = '' } = (await installation.instance(state.instanceId)) ?? {};
      const secret = await installation.disk.secrets.put(`smartlead-key/${keyId}`, 'demo-rotated');
      await installation.disk.keys.update(workspaceId, keyId, { secret });
      await installation.disk.secrets.deleteVersionsBefore(secret);
      return lifecycleTasks.LaunchInstance(installation.ports)(state);
    };
    const installation: Installation = new Installation({ tasks: { LaunchInstance: rotateFirst } });
    const id = await installation.addInstance();
    await installation.runner.run(id, 'start');
    expect(await installation.observe(id)).toEqual(running);
    expect([...installation.launcher.processes.values()][0]?.configuration.smartleadApiKey).toBe('demo-rotated');
    expect(installation.incidents).toEqual([]);
  });

  it('is marked where the version that was launched with is refused, not the one that was resolved', async () => {
    const installation = new Installation();
    const id = await installation.addInstance();
    const { keyId = '', workspaceId = '' } = (await installation.instance(id)) ?? {};
    const secret = await installation.disk.secrets.put(`smartlead-key/${keyId}`, 'demo-rotated');
    await installation.disk.keys.update(workspaceId, keyId, { secret });
    const runtime = { launcher: 'child-process', ref: '1', address: 'http://127.0.0.1:1' } as const;
    await installation.change(id, { runtime });
    await lifecycleTasks.MarkUnauthenticated(installation.ports)({
      ...{ instanceId: id, operation: 'start', operationId: 'op_1', recovery: false },
      secret: { name: secret.name, version: secret.version - 1 },
      launch: { runtime, accessToken: { name: 'x', version: 1 }, secret: { name: secret.name, version: secret.version } },
    });
    expect(await installation.disk.keys.find(workspaceId, keyId)).toMatchObject({ status: 'refused' });
    expect(await installation.instance(id)).toMatchObject({ status: 'unauthenticated' });
  });

  it('is not marked where the instance was given another key meanwhile', async () => {
    const installation = new Installation();
    const [id, other] = [await installation.addInstance(), await installation.addInstance()];
    const { keyId = '' } = (await installation.instance(id)) ?? {};
    const { keyId: otherKeyId = '', workspaceId = '' } = (await installation.instance(other)) ?? {};
    await installation.change(id, { keyId: otherKeyId });
    await lifecycleTasks.MarkUnauthenticated(installation.ports)({
      ...{ instanceId: id, operation: 'start', operationId: 'op_1', recovery: false },
      secret: { name: `smartlead-key/${keyId}`, version: 1 },
    });
    expect(await installation.disk.keys.find(workspaceId, otherKeyId)).toMatchObject({ status: 'valid' });
    expect(await installation.instance(id)).toMatchObject({ status: 'provisioning' });
  });

  it('is asked about before anything is launched, and healed when it is accepted again', async () => {
    const installation = new Installation();
    const id = await installation.addInstance();
    const { keyId = '', workspaceId = '' } = (await installation.instance(id)) ?? {};
    await installation.disk.keys.update(workspaceId, keyId, { status: 'refused' });
    const check = vi.spyOn(installation.keyChecker, 'check').mockResolvedValue('refused');
    await installation.runner.run(id, 'start');
    expect(await installation.observe(id)).toEqual(atRest('unauthenticated'));
    expect(installation.launcher.launches).toBe(0);
    check.mockResolvedValue('accepted');
    await installation.runner.run(id, 'start');
    expect(await installation.observe(id)).toEqual(running);
    expect(await installation.disk.keys.find(workspaceId, keyId)).toMatchObject({ status: 'valid' });
  });
});

describe('the failure report of a Lambda function', () => {
  it.each([
    [new LaunchFailed('It ended with exit code 1.'), 'failed', 'It ended with exit code 1.'],
    [new KeyRefused(), 'failed', 'Smartlead refuses the API key of this instance.'],
  ])('%s is read from its JSON', async (error, status, statusReason) => {
    const installation = new Installation();
    const id = await installation.addInstance();
    const cause = JSON.stringify({ errorType: error.name, errorMessage: error.message, trace: ['at somewhere'] });
    await lifecycleTasks.MarkFailed(installation.ports)({
      ...{ instanceId: id, operation: 'start', operationId: 'op_1', recovery: false },
      failure: { Error: error.name, Cause: cause },
    });
    expect(await installation.instance(id)).toMatchObject({ status, statusReason });
  });
});
