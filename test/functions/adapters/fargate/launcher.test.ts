import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import { FargateInstanceVersions } from '../../../../functions/adapters/fargate/instance-versions.ts';
import type { FargateLauncher } from '../../../../functions/adapters/fargate/launcher.ts';
import { parseTaskEvent } from '../../../../functions/adapters/fargate/task-events.ts';
import { type InstanceExit, launchRefused } from '../../../../functions/ports.ts';
import { plantedKey, plantedToken } from '../child-process/launch-request.ts';
import type { Container, Fault } from './ecs-double.ts';
import {
  createInstallation,
  type Installation,
  keyArn,
  MemoryImageStore,
  quickTimes,
  releaseImage,
  request,
} from './installation.ts';

const id = 'ins_plain_1';
let installation: Installation;
let launcher: FargateLauncher;
let exits: InstanceExit[];

beforeEach(async () => {
  installation = await createInstallation();
  launcher = installation.createLauncher();
  exits = [];
  launcher.onExit((exit) => exits.push(exit));
  installation.ecs.onEvent = (event) => {
    const parsed = parseTaskEvent(event);
    if (parsed !== undefined) void launcher.takeEvent(parsed);
  };
});

afterEach(() => installation.close());

const until = (met: () => unknown) => vi.waitFor(met, { timeout: 15_000, interval: 10 });
const actions = (action: string) => installation.ecs.requests.filter((sent) => sent.action === action);

/** A container in which nobody listens. */
function startDeaf(): Container {
  const { promise: exited, resolve } = Promise.withResolvers<number>();
  return { exited, terminate: () => resolve(143), kill: () => resolve(137) };
}

/** Puts a task into the pool, as the pool's keeper does. */
async function addWarm(size: 'small' | 'medium' = 'small'): Promise<string> {
  const { pool, version } = installation;
  const processId = createIdentifier('warmProcess');
  const now = new Date().toISOString();
  const unknown = { ref: null, address: null, instanceId: null };
  await pool.put({ id: processId, version, size, state: 'starting', ...unknown, createdAt: now, changedAt: now });
  await launcher.warmTasks.start({ id: processId, version, size });
  await until(async () => {
    const running = (await launcher.warmTasks.list()).find((task) => task.id === processId);
    if (running?.address === undefined) throw new Error('not ready');
    const { ref, address } = running;
    await pool.change(processId, 'starting', { state: 'warm', changedAt: now, ref, address });
  });
  return processId;
}

describe('a cold launch', () => {
  it('runs a task of the instance, assigned with the key that Fargate fetched and the token that nobody else has seen', async () => {
    const runtime = await launcher.launch(request('plain', { replica: 0 }));
    const [task] = installation.ecs.living;
    expect(runtime).toEqual({
      launcher: 'fargate',
      ref: task?.taskArn,
      address: `http://${task?.host}:3000`,
      version: installation.version,
    });
    expect([...installation.served.values()]).toEqual([
      { instanceId: id, smartleadApiKey: plantedKey, accessToken: plantedToken },
    ]);
    await expect(launcher.list(id)).resolves.toEqual([{ instanceId: id, runtime }]);
    await until(async () => expect(await launcher.list()).toEqual([{ instanceId: id, runtime }]));
    const sent = JSON.stringify(installation.ecs.requests);
    for (const secret of [plantedKey, plantedToken]) expect(sent).not.toContain(secret);
    expect(sent).toContain(`${keyArn}:::version-3`);
  });

  it('runs what the release brings where nothing is installed yet', async () => {
    const { version } = installation;
    const versions = new FargateInstanceVersions({
      store: new MemoryImageStore(),
      releaseImage,
      clock: { now: () => new Date() },
    });
    launcher = installation.createLauncher({ versions });
    expect((await launcher.launch(request('plain', { replica: 0 }))).version).toBe(version);
    await expect(versions.current()).resolves.toBe(version);
  });

  it('asks for a task without a public address, once, with a token that makes a repetition harmless', async () => {
    await launcher.launch(request());
    const [run] = actions('RunTask');
    expect(actions('RunTask')).toHaveLength(1);
    expect(run?.input).toMatchObject({
      cluster: 'smartlead-mcp-test',
      count: 1,
      clientToken: expect.stringMatching(/^wrm_[0-9a-z]{26}-FARGATE-1$/),
      startedBy: expect.stringMatching(/^ins_plain_1\/0\/wrm_[0-9a-z]{26}$/),
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
      },
      enableExecuteCommand: false,
    });
    expect(String(run?.input.clientToken).length).toBeLessThanOrEqual(64);
  });

  it('registers a definition only where the content has changed, and takes the old one away', async () => {
    await launcher.launch(request());
    await launcher.launch(request());
    // Another program remembers nothing.
    await installation.createLauncher().launch(request());
    expect(installation.ecs.definitions.map(({ state }) => state)).toEqual(['ACTIVE']);
    await launcher.launch(request('plain', { size: 'medium' }));
    expect(installation.ecs.definitions.map(({ state, cpu, memory }) => [state, cpu, memory])).toEqual([
      ['INACTIVE', '256', '512'],
      ['ACTIVE', '256', '1024'],
    ]);
    await expect(launcher.list(id)).resolves.toHaveLength(1);
  });

  it('registers nothing after a mass failure, where image and key are those of its last cold start', async () => {
    const names = ['one', 'two', 'three', 'four', 'five'];
    const before = await Promise.all(names.map((name) => launcher.launch(request(name))));
    expect(actions('RegisterTaskDefinition')).toHaveLength(5);
    for (const { ref } of before) installation.ecs.end(ref, 'TerminationNotice', 'The zone failed.');
    // The functions that bring them back have not met them before.
    const again = await Promise.all(names.map((name) => installation.createLauncher().launch(request(name))));
    expect(new Set([...before, ...again].map(({ ref }) => ref)).size).toBe(10);
    expect(actions('RegisterTaskDefinition')).toHaveLength(5);
    expect(actions('DeregisterTaskDefinition')).toEqual([]);
  });

  it('starts again from what is registered where its definition was taken away by another program', async () => {
    await launcher.launch(request());
    const [definition] = installation.ecs.definitions;
    if (definition) definition.state = 'INACTIVE';
    await launcher.launch(request());
    expect(installation.ecs.definitions.map(({ state }) => state)).toEqual(['INACTIVE', 'ACTIVE']);
  });

  it('takes Fargate’s own capacity where there is none of Spot', async () => {
    const spot = installation.createLauncher({ capacityOf: () => 'FARGATE_SPOT' });
    installation.ecs.fault = (action, { capacityProviderStrategy }) =>
      action === 'RunTask' && JSON.stringify(capacityProviderStrategy).includes('SPOT')
        ? { type: 'ClientException', message: 'Capacity is unavailable at this time. Please try again later.' }
        : undefined;
    await spot.launch(request());
    expect(installation.ecs.living.map(({ capacityProvider }) => capacityProvider)).toEqual(['FARGATE']);
  });

  it('waits where it is asked to wait, and starts one task where answers are lost', async () => {
    const faults = ['throttled', 'answer-lost'] as const;
    let turn = 0;
    installation.ecs.fault = (action) => (action === 'RunTask' ? faults[turn++] : undefined);
    await launcher.launch(request());
    expect(actions('RunTask')).toHaveLength(3);
    expect(installation.ecs.tasks.size).toBe(1);
  });

  it.each([
    ['Capacity is unavailable at this time.', 'AWS has no free capacity for it at the moment'],
    ['You’ve reached the limit on the number of vCPUs you can run concurrently', 'runs as many instances as its AWS account may'],
    ['No Fargate configuration exists for given values.', 'the operator of this installation has to put right'],
  ])('says in words why AWS refuses: %s', async (message, words) => {
    installation.ecs.fault = (action) => (action === 'RunTask' ? { type: 'ClientException', message } : undefined);
    const failure = await launcher.launch(request()).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ name: 'LaunchFailed', message: expect.stringContaining(words) });
    expect((failure as Error).message).not.toContain('arn:');
    expect((failure as Error).message.startsWith(launchRefused)).toBe(true);
    await expect(installation.ledger.list(id)).resolves.toEqual([]);
  });

  it('says in words why the task did not come up, and leaves nothing', async () => {
    const nowhere = installation.createLauncher({ keySecrets: { locate: async () => ({ arn: keyArn, versionId: 'gone' }) } });
    await expect(nowhere.launch(request())).rejects.toMatchObject({
      name: 'LaunchFailed',
      message: 'The platform could not start the instance: its Smartlead key could not be fetched from the secret store.',
    });
    expect(installation.ecs.living).toEqual([]);
    await expect(installation.ledger.list(id)).resolves.toEqual([]);
  });

  it('gives up after its time, and leaves nothing', async () => {
    await installation.close();
    installation = await createInstallation({ startMilliseconds: 60_000 });
    launcher = installation.createLauncher({ times: { ledgerPause: 10, describePause: 20, settle: 100, launchDeadline: 300 } });
    await expect(launcher.launch(request())).rejects.toThrow('was not ready after 0 seconds');
    expect(installation.ecs.living).toEqual([]);
  });

  it('is given up when another program stops the instance meanwhile', async () => {
    await installation.close();
    installation = await createInstallation({ startContainer: startDeaf });
    launcher = installation.createLauncher();
    const launch = launcher.launch(request());
    launch.catch(() => {});
    await until(() => expect(installation.ecs.tasks.size).toBe(1));
    await installation.createLauncher().stop(id);
    await expect(launch).rejects.toThrow('was stopped while it started');
    expect(installation.ecs.living).toEqual([]);
    await expect(installation.ledger.list(id)).resolves.toEqual([]);
  });

  it('is one of many in several programs at once: one task is left, and it is the one that the last answer names', async () => {
    const launchers = Array.from({ length: 4 }, () => installation.createLauncher());
    const results = await Promise.allSettled(launchers.map((each) => each.launch(request())));
    const living = installation.ecs.living.map(({ taskArn }) => taskArn);
    expect(living).toHaveLength(1);
    const answers = results.map((result) => (result.status === 'fulfilled' ? result.value.ref : undefined));
    expect(answers).toContain(living[0]);
    expect(installation.served.size).toBe(1);
  });

  it('knows its task before ECS does', async () => {
    await installation.close();
    installation = await createInstallation({ knownAfterMilliseconds: 200, listedAfterMilliseconds: 300 });
    launcher = installation.createLauncher();
    await launcher.launch(request());
    await launcher.launch(request());
    await launcher.stop(id);
    expect(installation.ecs.living).toEqual([]);
    expect(installation.ecs.tasks.size).toBe(2);
  });
});

describe('a launch from the pool', () => {
  it('takes the waiting task, tags it as the instance’s and assigns it', async () => {
    const processId = await addWarm();
    const runtime = await launcher.launch(request('plain', { replica: 2 }));
    expect(installation.ecs.tasks.size).toBe(1);
    expect(installation.served.get(processId)).toEqual({
      instanceId: id,
      smartleadApiKey: plantedKey,
      accessToken: plantedToken,
    });
    expect(await launcher.list(id)).toEqual([{ instanceId: id, replica: 2, runtime }]);
    await until(async () => expect(await launcher.list()).toEqual([{ instanceId: id, replica: 2, runtime }]));
    expect(await launcher.warmTasks.list()).toEqual([]);
    expect(await installation.pool.list()).toEqual([]);
  });

  it('starts cold where the waiting task does not answer, and ends that one', async () => {
    const processId = await addWarm();
    const [dead] = installation.ecs.living;
    installation.served.set(processId, { instanceId: 'ins_other_1', smartleadApiKey: '', accessToken: '' });
    const { ref } = await launcher.launch(request());
    expect(ref).not.toBe(dead?.taskArn);
    expect(installation.ecs.living.map(({ taskArn }) => taskArn)).toEqual([ref]);
    expect(installation.reports).toEqual([expect.objectContaining({ message: 'A warm process could not be assigned.' })]);
  });

  describe.each<[string, Fault]>([
    ['refused for its rate', 'throttled'],
    ['refused', { type: 'ServerException', message: 'broken' }],
  ])('where a tag is %s', (_how, fault) => {
    const isTagged = () => installation.ecs.living.some(({ tags }) => tags.some(({ key }) => key === 'instance'));

    it('serves all the same, is listed as the instance’s and waits for nobody', async () => {
      const processId = await addWarm();
      const [waiting] = installation.ecs.living;
      installation.ecs.fault = (action) => (action === 'TagResource' ? fault : undefined);
      const configuration = { ...request().configuration, processes: 3 };
      const runtime = await launcher.launch(request('plain', { replica: 2, configuration }));
      expect(runtime).toMatchObject({ ref: waiting?.taskArn, processes: 3 });
      expect(installation.served.has(processId)).toBe(true);
      expect(installation.ecs.tasks.size).toBe(1);
      const manager = installation.createLauncher();
      await until(async () => expect(await manager.list()).toEqual([{ instanceId: id, replica: 2, runtime }]));
      expect(await manager.list(id)).toEqual([{ instanceId: id, replica: 2, runtime }]);
      expect(await manager.warmTasks.list()).toEqual([]);
      await manager.warmTasks.end(processId);
      expect(installation.ecs.living).toHaveLength(1);
      expect(isTagged()).toBe(false);
      // The SDK tries some times before it gives up.
      await until(() =>
        expect(installation.reports.map(({ message }) => message)).toEqual([
          'The task of an instance could not be tagged; that is done later.',
        ]),
      );
    });

    it('is tagged by a later list of all', async () => {
      await addWarm();
      installation.ecs.fault = (action) => (action === 'TagResource' ? fault : undefined);
      await launcher.launch(request());
      const manager = installation.createLauncher();
      const begun = installation.ecs.requests.length;
      await until(async () => {
        await manager.list();
        expect(installation.ecs.requests.slice(begun).some(({ action }) => action === 'TagResource')).toBe(true);
      });
      expect(isTagged()).toBe(false);
      installation.ecs.fault = () => undefined;
      await until(async () => {
        await manager.list();
        expect(isTagged()).toBe(true);
      });
      const tagged = installation.ecs.requests.length;
      await manager.list();
      expect(installation.ecs.requests.slice(tagged).map(({ action }) => action)).not.toContain('TagResource');
    });
  });

  it('does not tag again what was assigned a moment ago', async () => {
    await installation.close();
    installation = await createInstallation({ tagsShownAfterMilliseconds: 60_000 });
    launcher = installation.createLauncher({ times: { ...quickTimes, untagged: 120_000 } });
    await addWarm();
    const { ref } = await launcher.launch(request());
    await until(async () => expect((await launcher.list()).map(({ runtime }) => runtime.ref)).toEqual([ref]));
    expect(installation.ecs.requests.filter(({ action }) => action === 'TagResource')).toHaveLength(1);
  });

  it('is the instance’s from its assignment on, also while ECS does not show its tags yet', async () => {
    await installation.close();
    installation = await createInstallation({ tagsShownAfterMilliseconds: 60_000 });
    launcher = installation.createLauncher();
    const processId = await addWarm();
    const runtime = await launcher.launch(request('plain', { replica: 2 }));
    expect(await launcher.list(id)).toEqual([{ instanceId: id, replica: 2, runtime }]);
    // As the keeper does with what runs, and is in the pool no more.
    await launcher.warmTasks.end(processId);
    expect(await launcher.list(id)).toEqual([{ instanceId: id, replica: 2, runtime }]);
    await launcher.stop(id);
    expect(await launcher.list(id)).toEqual([]);
  });

  it('is not ended by the keeper of the pool', async () => {
    const processId = await addWarm();
    await launcher.launch(request());
    await launcher.warmTasks.end(processId);
    expect(installation.ecs.living).toHaveLength(1);
  });
});

describe('waiting tasks', () => {
  it('are listed from their start on, and can be assigned when they answer', async () => {
    const processId = await addWarm();
    const [task] = await launcher.warmTasks.list();
    expect(task).toMatchObject({ id: processId, address: expect.stringMatching(/^http:\/\/127\.[\d.]+:3000$/) });
    await launcher.warmTasks.end(processId);
    expect(installation.ecs.living).toEqual([]);
    await expect(launcher.warmTasks.end(processId)).resolves.toBeUndefined();
  });

  it('are started once, however often their id is asked for', async () => {
    const start = { id: createIdentifier('warmProcess'), version: installation.version, size: 'small' as const };
    await launcher.warmTasks.start(start);
    await installation.createLauncher().warmTasks.start(start);
    expect(installation.ecs.tasks.size).toBe(1);
  });
});

describe('a stop', () => {
  it('ends all processes of the instance and nothing of others', async () => {
    await launcher.launch(request());
    await launcher.launch(request('plain', { replica: 1 }));
    const other = await launcher.launch(request('other'));
    await launcher.stop(id);
    expect(installation.ecs.living.map(({ taskArn }) => taskArn)).toEqual([other.ref]);
    expect(exits).toEqual([]);
  });

  it('of a replica leaves the others alone', async () => {
    const first = await launcher.launch(request());
    await launcher.launch(request('plain', { replica: 1 }));
    await launcher.stopReplica(id, 1);
    expect(await launcher.list(id)).toEqual([{ instanceId: id, runtime: first }]);
  });

  it('finds what nothing is written about', async () => {
    await launcher.launch(request());
    const [task] = await installation.ledger.list(id);
    if (task) await installation.ledger.release(task);
    await until(async () => expect(await launcher.list()).toHaveLength(1));
    await installation.createLauncher().stop(id);
    expect(installation.ecs.living).toEqual([]);
  });

  it('rejects where the end cannot be asked for, and does it the next time', async () => {
    await launcher.launch(request());
    installation.ecs.fault = (action) => (action === 'StopTask' ? { type: 'AccessDeniedException', message: 'no' } : undefined);
    await expect(launcher.stop(id)).rejects.toThrow('no');
    expect(await launcher.list(id)).toHaveLength(1);
    installation.ecs.fault = () => undefined;
    await launcher.stop(id);
    expect(installation.ecs.living).toEqual([]);
  });

  it('does nothing where nothing runs', async () => {
    await expect(launcher.stop('ins_absent_1')).resolves.toBeUndefined();
  });
});

it('deletes all task definitions of an instance that is deleted, and none of another', async () => {
  await launcher.launch(request());
  await launcher.launch(request('plain', { size: 'large' }));
  await launcher.launch(request('other'));
  await launcher.stop(id);
  await launcher.forget(id);
  expect(installation.ecs.definitions.map(({ family, state }) => [family, state])).toEqual([
    ['smartlead-mcp-test-ins_plain_1', 'DELETE_IN_PROGRESS'],
    ['smartlead-mcp-test-ins_plain_1', 'DELETE_IN_PROGRESS'],
    ['smartlead-mcp-test-ins_other_1', 'ACTIVE'],
  ]);
});

describe('events', () => {
  it('tell of an exit once, in words', async () => {
    const { ref } = await launcher.launch(request('plain', { replica: 1 }));
    installation.ecs.tasks.get(ref)?.container?.kill();
    await until(() => expect(exits).toEqual([{ instanceId: id, replica: 1, ref, reason: 'was killed by SIGKILL' }]));
    await until(async () => expect(await installation.ledger.list(id)).toEqual([]));
  });

  it('tell of a Spot interruption when its notice comes', async () => {
    const { ref } = await launcher.launch(request());
    installation.ecs.end(ref, 'SpotInterruption', 'Your Spot Task was interrupted.');
    await until(() =>
      expect(exits).toEqual([{ instanceId: id, ref, reason: 'was ended by AWS, which needed its Spot capacity' }]),
    );
    await launcher.launch(request());
    await until(() => expect(installation.ecs.tasks.get(ref)?.lastStatus).toBe('STOPPED'));
    expect(exits).toHaveLength(1);
    expect(installation.ecs.living).toHaveLength(1);
  });

  it('tell of a task of the pool that became an instance’s', async () => {
    await addWarm();
    const { ref } = await launcher.launch(request());
    installation.ecs.tasks.get(ref)?.container?.terminate();
    await until(() => expect(exits).toEqual([{ instanceId: id, ref, reason: 'was killed by SIGTERM' }]));
  });
});
