import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LifecyclePorts } from '../../../functions/instance-manager/lifecycle-ports.ts';
import { mergeOperations } from '../../../functions/instance-manager/operation-request.ts';
import { QueuedRunner } from '../../../functions/instance-manager/queued-runner.ts';
import { QueuedWorkflow } from '../../../functions/instance-manager/queued-workflow.ts';
import { Supervisor } from '../../../functions/instance-manager/supervisor.ts';
import {
  bindLifecycleTasks,
  type LifecycleTaskName,
  type LifecycleTasks,
  lifecycleTasks,
} from '../../../functions/instance-manager/tasks/index.ts';
import type { LifecycleOperation } from '../../../functions/ports.ts';
import { propertyLimits } from '../../property-limits.ts';
import { InMemoryOperationQueue } from '../in-memory/operation-queue.ts';
import { atRest, Installation, running } from './installation.ts';
import { RemoteExecutions } from './remote-executions.ts';

/** One installation, the executions it shares with nobody, and any number of managers and functions of the API. */
class Cloud {
  readonly installation = new Installation();
  readonly queue = new InMemoryOperationQueue(mergeOperations);
  readonly executions: RemoteExecutions;
  readonly overlaps: string[] = [];
  readonly ports: LifecyclePorts;
  #managers = 0;

  constructor(tasks: (ports: LifecyclePorts) => Partial<LifecycleTasks> = () => ({})) {
    this.ports = this.installation.ports;
    this.executions = new RemoteExecutions({ ...bindLifecycleTasks(this.ports), ...tasks(this.ports) }, 1);
    this.executions.onOverlap((instanceId) => this.overlaps.push(instanceId));
  }

  /** The manager that is told of ends from now on. */
  manager(): QueuedRunner {
    this.#managers += 1;
    const ports = { ...this.ports, queue: this.queue, executions: this.executions };
    const runner = new QueuedRunner(ports, { holder: `manager ${this.#managers}` });
    this.executions.onEnd((...end) => void runner.executionEnded(...end).catch(() => {}));
    return runner;
  }

  /** As a function of the API, whose words reach the manager where there is one. */
  api(manager?: QueuedRunner): QueuedWorkflow {
    const announce = async (instanceId: string, operation: LifecycleOperation) => manager?.asked(instanceId, operation);
    return new QueuedWorkflow({ instances: this.ports.instances, queue: this.queue, executions: this.executions, announce });
  }

  get names(): string[] {
    return [...this.executions.executions.keys()];
  }

  get operations(): string[] {
    return [...this.executions.executions.values()].map(({ input }) => input.operation);
  }
}

async function cloud(tasks?: ConstructorParameters<typeof Cloud>[0]): Promise<Cloud> {
  const made = new Cloud(tasks);
  await made.executions.prepare();
  return made;
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('an operation that the API asks for', () => {
  it('is done without a manager, and what follows it with one', async () => {
    const made = await cloud();
    const id = await made.installation.addInstance();
    await made.api().request(id, 'start', 'Somebody asked.');
    await pass(100);
    expect(await made.installation.observe(id)).toEqual(running);
    await made.installation.change(id, { desiredState: 'stopped' });
    await made.api().request(id, 'stop');
    // Nobody was there to hear that the first has ended.
    expect(made.operations).toEqual(['start']);
    const manager = made.manager();
    await pass(61_000);
    await manager.sweep();
    await pass(100);
    expect(await made.installation.observe(id)).toEqual(atRest('stopped'));
    expect(made.installation.incidents).toEqual([]);
    expect(await made.queue.listBusy()).toEqual([]);
  });

  it('whose execution could not be started is started by the manager', async () => {
    const made = await cloud();
    const manager = made.manager();
    const id = await made.installation.addInstance();
    made.executions.disturbances = { throttles: () => true };
    await expect(made.api(manager).request(id, 'start')).rejects.toThrow('Rate exceeded');
    expect(manager.isBusy(id)).toBe(true);
    made.executions.disturbances = {};
    await pass(6_000);
    await manager.sweep();
    await pass(100);
    expect(await made.installation.observe(id)).toEqual(running);
    expect(manager.isBusy(id)).toBe(false);
  });

  it('and that waits for an exclusive action begins when that has ended', async () => {
    const made = await cloud();
    const manager = made.manager();
    const id = await made.installation.addInstance();
    const action = Promise.withResolvers<void>();
    const exclusive = manager.exclusively(id, () => action.promise);
    await pass(10);
    await made.api(manager).request(id, 'start');
    await pass(60_000);
    expect(made.names).toEqual([]);
    action.resolve();
    await exclusive;
    await pass(100);
    expect(await made.installation.observe(id)).toEqual(running);
  });

  it('waits for an exclusive action also where a sweep sees its turn before the answer that gave it is here', async () => {
    const made = await cloud();
    const take = made.queue.take.bind(made.queue);
    made.queue.take = async (...taken) => {
      const turn = await take(...taken);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return turn;
    };
    const manager = made.manager();
    const id = await made.installation.addInstance();
    const action = Promise.withResolvers<void>();
    const exclusive = manager.exclusively(id, () => action.promise);
    await pass(100);
    const swept = manager.sweep();
    await pass(1_000);
    await swept;
    await made.api(manager).request(id, 'start');
    await pass(1_000);
    expect(made.names).toEqual([]);
    action.resolve();
    await exclusive;
    await pass(100);
    expect(await made.installation.observe(id)).toEqual(running);
  });

  it('is told to those who wait to know, and gives up a launch that it overtakes', async () => {
    const made = await cloud();
    const manager = made.manager();
    const asked: string[] = [];
    manager.onRequest((instanceId) => asked.push(instanceId));
    made.installation.launcher.launchMilliseconds = 50_000;
    const id = await made.installation.addInstance();
    await made.api(manager).request(id, 'start');
    await pass(100);
    expect(made.installation.launcher.launches).toBe(1);
    await made.installation.change(id, { desiredState: 'stopped' });
    await made.api(manager).request(id, 'stop');
    await pass(1_000);
    expect(await made.installation.observe(id)).toEqual(atRest('stopped'));
    expect(asked).toEqual([id, id]);
  });
});

describe('the news that an execution has ended', () => {
  it('for the second time, when the next one runs, changes nothing', async () => {
    const made = await cloud();
    const manager = made.manager();
    const id = await made.installation.addInstance();
    await Promise.all([manager.run(id, 'start'), pass(100)]);
    const [first = ''] = made.names;
    made.installation.launcher.launchMilliseconds = 1_000;
    const restart = manager.run(id, 'restart');
    await pass(100);
    await manager.executionEnded(id, first, { status: 'succeeded' });
    await manager.executionEnded(id, 'op_never', { status: 'failed', error: 'States.Timeout' });
    expect(manager.isBusy(id)).toBe(true);
    expect((await made.queue.find(id))?.turn.name).toBe(made.names[1]);
    await Promise.all([restart, pass(1_000)]);
    expect(await made.installation.observe(id)).toEqual(running);
    expect(manager.isBusy(id)).toBe(false);
  });

  it('that never comes is missed after seconds, and whoever waits goes on', async () => {
    const made = await cloud();
    const manager = made.manager();
    made.executions.disturbances = { noticeDelays: () => [] };
    const id = await made.installation.addInstance();
    const ended = vi.fn();
    const listener = vi.fn();
    manager.onEnd(listener);
    void manager.run(id, 'start').then(ended);
    await pass(4_000);
    await manager.sweep();
    expect(ended).not.toHaveBeenCalled();
    await pass(2_000);
    await manager.sweep();
    await pass(1);
    expect(ended).toHaveBeenCalledTimes(1);
    expect(listener).toHaveBeenCalledExactlyOnceWith(id);
  });

  it.each([
    { state: { status: 'failed', error: 'States.Timeout' }, status: 'failed', reported: 1 },
    { state: { status: 'failed' }, status: 'failed', reported: 1 },
    // The machine has marked the instance itself, or found that there is nothing to mark.
    { state: { status: 'failed', error: 'OperationFailed' }, status: 'provisioning', reported: 0 },
  ] as const)('as $state.error shows the instance as $status', async ({ state, status, reported }) => {
    const hang = () => new Promise<never>(() => {});
    const made = await cloud(() => Object.fromEntries([['BeginOperation', hang]]));
    const manager = made.manager();
    const id = await made.installation.addInstance();
    void manager.run(id, 'start');
    await pass(10);
    await manager.executionEnded(id, made.names[0] ?? '', state);
    expect(await made.installation.instance(id)).toMatchObject({ status });
    expect(made.installation.incidents).toHaveLength(reported);
    expect(manager.isBusy(id)).toBe(false);
  });

  it.each([
    { error: 'States.Timeout', operation: 'start', status: 'restarting' },
    { error: undefined, operation: 'restart', status: 'restarting' },
    { error: 'States.Timeout', operation: 'stop', status: 'failed' },
  ] as const)('of a recovery by $operation leaves it to be tried again', async ({ error, operation, status }) => {
    const hang = () => new Promise<never>(() => {});
    const made = await cloud(() => Object.fromEntries([['BeginOperation', hang]]));
    const manager = made.manager();
    const id = await made.installation.addInstance({
      status: 'restarting',
      desiredState: operation === 'stop' ? 'stopped' : 'running',
    });
    void manager.run(id, operation, { recovery: true });
    await pass(10);
    await manager.executionEnded(id, made.names[0] ?? '', { status: 'failed', ...(error === undefined ? {} : { error }) });
    expect(await made.installation.instance(id)).toMatchObject({ status });
  });

  it('is not taken by a manager that has stopped, so that another one hears of it', async () => {
    const made = await cloud();
    const manager = made.manager();
    await manager.close(100);
    await expect(manager.executionEnded('ins_1', 'op_1', { status: 'succeeded' })).rejects.toThrow('another one takes over');
    await expect(manager.asked('ins_1', 'stop')).rejects.toThrow('another one takes over');
  });
});

describe('a manager that dies', () => {
  it('in the middle of an exclusive action keeps nothing from being done', async () => {
    const made = await cloud();
    const id = await made.installation.addInstance();
    void made.manager().exclusively(id, () => new Promise(() => {}));
    await pass(10);
    await made.api().request(id, 'start');
    const successor = made.manager();
    await successor.sweep();
    await pass(100);
    expect(await made.installation.observe(id)).toEqual(running);
    await successor.sweep();
    expect(await made.queue.listBusy()).toEqual([]);
  });

  it('waits for no turn when it stops in order, and leaves executions to run on', async () => {
    const made = await cloud();
    made.installation.launcher.launchMilliseconds = 5_000;
    const manager = made.manager();
    const id = await made.installation.addInstance();
    const run = manager.run(id, 'start');
    const exclusive = manager.exclusively(id, async () => 'done').catch((error: Error) => error.message);
    await pass(10);
    const closed = manager.close(1_000);
    await pass(10);
    expect(await closed).toEqual([]);
    await run;
    expect(await exclusive).toContain('another one takes over');
    const successor = made.manager();
    await pass(6_000);
    expect(await made.installation.observe(id)).toEqual(running);
    await successor.sweep();
  });

  const moments = (Object.keys(lifecycleTasks) as LifecycleTaskName[]).flatMap((name) =>
    (['start', 'restart', 'stop', 'delete', 'sleep'] as const).map((operation) => ({ name, operation })),
  );
  it.each(moments)('at $name of a $operation is succeeded by one that ends it', async ({ name, operation }) => {
    let onTask = () => {};
    const made = await cloud((ports) => ({
      [name]: async (state: Parameters<ReturnType<(typeof lifecycleTasks)[typeof name]>>[0]) => {
        onTask();
        return lifecycleTasks[name](ports)(state);
      },
    }));
    const id = await made.installation.addInstance();
    let manager = made.manager();
    if (operation !== 'start') await Promise.all([manager.run(id, 'start'), pass(100)]);
    let supervisor: Supervisor | undefined;
    onTask = () => {
      onTask = () => {};
      void manager.close(0);
      manager = made.manager();
      const { logs, inventory } = made.installation.disk;
      const ports = { ...made.ports, runner: manager, logs, inventory, logFeed: made.installation.logFeed };
      supervisor = new Supervisor(ports, { instancesOutlivePlatform: true });
      void supervisor.start();
    };
    if (operation === 'stop') await made.installation.change(id, { desiredState: 'stopped' });
    if (operation === 'delete') await made.installation.change(id, { desiredState: 'deleted' });
    void manager.run(id, operation, { recovery: operation === 'sleep' });
    await pass(2_000);
    await manager.sweep();
    await pass(120_000);
    const wanted = {
      ...{ start: running, restart: running, sleep: atRest('sleeping') },
      ...{ stop: atRest('stopped'), delete: atRest(undefined) },
    }[operation];
    expect(await made.installation.observe(id)).toEqual(wanted);
    expect(await made.queue.listBusy()).toEqual([]);
    expect(made.overlaps).toEqual([]);
    await Promise.all([supervisor?.stop(), pass(2_000)]);
    expect(await made.installation.observe(id)).toEqual(wanted);
  });
});

describe('executions and exclusive actions of any processes', () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('ask' as const),
      operation: fc.constantFrom<LifecycleOperation>('start', 'stop', 'restart'),
      byApi: fc.boolean(),
    }),
    fc.record({ do: fc.constant('act' as const), milliseconds: fc.nat(200) }),
    fc.record({ do: fc.constant('wait' as const), milliseconds: fc.nat(400) }),
    fc.record({ do: fc.constant('replace' as const) }),
  );
  const delays = fc.infiniteStream(fc.array(fc.nat(1_000), { maxLength: 2 }));
  const refusals = fc.infiniteStream(fc.constantFrom(false, false, false, true));

  it('never overlap, and leave the instance as its owner wants it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), delays, refusals, async (steps, noticeDelays, throttles) => {
        const made = await cloud();
        made.installation.launcher.launchMilliseconds = 50;
        made.executions.disturbances = {
          noticeDelays: () => noticeDelays.next().value,
          throttles: () => throttles.next().value,
        };
        let manager = made.manager();
        const id = await made.installation.addInstance();
        let wish: LifecycleOperation = 'start';
        const violations: string[] = [];
        const isAnyRunning = () => [...made.executions.executions.values()].some(({ state }) => state.status === 'running');
        for (const each of steps) {
          if (each.do === 'wait') await pass(each.milliseconds);
          else if (each.do === 'ask') {
            wish = each.operation;
            await made.installation.change(id, { desiredState: wish === 'stop' ? 'stopped' : 'running' });
            if (each.byApi)
              await made
                .api(manager)
                .request(id, wish)
                .catch(() => {});
            else void manager.run(id, wish);
          } else if (each.do === 'replace') {
            await Promise.all([manager.close(1_000), pass(1_000)]);
            manager = made.manager();
            await manager.sweep();
          } else {
            void manager
              .exclusively(id, async () => {
                if (isAnyRunning()) violations.push('an execution runs as the action begins');
                await new Promise((resolve) => setTimeout(resolve, each.milliseconds));
                if (isAnyRunning()) violations.push('an execution runs as the action ends');
              })
              .catch(() => {});
          }
        }
        made.executions.disturbances = {};
        for (let minute = 0; minute < 8; minute += 1) {
          await pass(60_000);
          await manager.sweep();
        }
        expect(violations).toEqual([]);
        expect(made.overlaps).toEqual([]);
        expect(await made.queue.listBusy()).toEqual([]);
        if (steps.some((each) => each.do === 'ask')) {
          expect(await made.installation.observe(id)).toEqual(wish === 'stop' ? atRest('stopped') : running);
        }
        expect(manager.isBusy(id)).toBe(false);
      }),
      { numRuns: 60, ...propertyLimits(60_000) },
    );
  }, 60_000);
});
