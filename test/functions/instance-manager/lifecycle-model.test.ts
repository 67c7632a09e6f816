import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decideDeletion, decideOperation } from '../../../functions/domain/instance-operations.ts';
import { Supervisor } from '../../../functions/instance-manager/supervisor.ts';
import { type LifecycleTaskName, lifecycleTasks } from '../../../functions/instance-manager/tasks/index.ts';
import { propertyLimits } from '../../property-limits.ts';
import { atRest, Disk, Installation, running, tested } from './installation.ts';

type Command =
  | { do: 'start' | 'stop' | 'restart' | 'delete'; instance: number }
  | { do: 'crash' | 'vanish' | 'start again'; instance: number }
  | { do: 'sleep' | 'wake'; instance: number }
  | { do: 'fail launches'; count: number }
  | { do: 'wait'; milliseconds: number };

const instanceCount = 2;
const instance = fc.nat(instanceCount - 1);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('start' as const, 'stop' as const, 'restart' as const), instance }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), instance }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'vanish' as const), instance }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('sleep' as const, 'wake' as const), instance }) },
  // As a platform that starts twice, or a repair that comes at the wrong moment.
  { weight: 1, arbitrary: fc.record({ do: fc.constant('start again' as const), instance }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail launches' as const), count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), milliseconds: fc.integer({ min: 0, max: 400 }) }) },
);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Asks as the API does, and does not wait. */
async function ask(installation: Installation, id: string, operation: 'start' | 'stop' | 'restart' | 'delete'): Promise<void> {
  const present = await installation.instance(id);
  if (!present || present.desiredState === 'deleted') return;
  const decision = operation === 'delete' ? decideDeletion() : decideOperation(present, operation);
  if (!decision) return;
  await installation.change(id, decision.change);
  await installation.runner.request(id, decision.operation);
}

/** Wakes as the router does: where it finds no way to an instance that sleeps, or is just being put to sleep. */
async function wake(installation: Installation, supervisor: Supervisor, id: string): Promise<void> {
  const present = await installation.instance(id);
  if (present?.status === 'sleeping' && !(await installation.routes.get(id))) void supervisor.wake(id);
}

async function perform(installation: Installation, supervisor: Supervisor, ids: string[], step: Command): Promise<void> {
  if (step.do === 'wait') await vi.advanceTimersByTimeAsync(step.milliseconds);
  else if (step.do === 'fail launches') installation.launcher.failures = step.count;
  else {
    const id = ids[step.instance] ?? '';
    if (step.do === 'crash') installation.launcher.kill(id);
    else if (step.do === 'vanish') installation.launcher.kill(id, { silently: true });
    else if (step.do === 'sleep') void installation.runner.run(id, 'sleep', { recovery: true });
    else if (step.do === 'wake') await wake(installation, supervisor, id);
    else if (step.do === 'start again') void installation.runner.run(id, 'start', { recovery: true });
    else await ask(installation, id, step.do);
  }
}

/** Asserts that what is, agrees with what the owner wants. A start that was disturbed may have ended as `failed`, but cleanly. */
async function expectAgreement(installation: Installation, id: string, wasDisturbed = false): Promise<void> {
  const present = await installation.instance(id);
  const observed = await installation.observe(id);
  if (!present) expect(observed).toEqual(atRest(undefined));
  else if (present.desiredState === 'stopped') expect(observed).toEqual(atRest('stopped'));
  else if (present.status === 'failed' && wasDisturbed) expect(observed).toEqual(atRest('failed'));
  else if (present.status === 'sleeping') expect(observed).toEqual(atRest('sleeping'));
  else expect(observed).toEqual(running);
  expect(present?.desiredState).not.toBe('deleted');
}

describe('the lifecycle under random commands, crashes and failures', () => {
  it.each([
    { title: '', isRepairing: true },
    // Deaths without notice are what only a comparison can find.
    { title: ', even without the comparison every 30 seconds', isRepairing: false },
  ])(
    'never runs two processes for one instance, and at rest agrees with what is wanted$title',
    async ({ isRepairing }) => {
      const times = fc.record({ launch: fc.integer({ min: 0, max: 300 }), stop: fc.integer({ min: 0, max: 100 }) });
      await fc.assert(
        fc.asyncProperty(fc.array(command, { maxLength: 30 }), times, async (commands, { launch, stop }) => {
          const installation = new Installation();
          Object.assign(installation.launcher, { launchMilliseconds: launch, stopMilliseconds: stop });
          await installation.runner.prepare();
          const supervisor = new Supervisor(installation.supervisorPorts, isRepairing ? {} : { intervalMilliseconds: 2 ** 30 });
          const ids = await Promise.all(Array.from({ length: instanceCount }, () => installation.addInstance()));
          void supervisor.start();
          // A start that nobody asked for, and that fails, is nobody's to try again, either.
          const isLeftToComparison = (step: Command) => step.do === 'vanish' || step.do === 'start again';
          for (const step of commands)
            if (isRepairing || !isLeftToComparison(step)) await perform(installation, supervisor, ids, step);
          installation.launcher.failures = 0;
          await vi.advanceTimersByTimeAsync(10 * 60_000);

          expect(installation.launcher.doubles).toEqual([]);
          expect(installation.incidents).toEqual([]);
          const wasDisturbed = commands.some((step) => ['fail launches', 'crash', 'vanish'].includes(step.do));
          for (const id of ids) {
            await expectAgreement(installation, id, wasDisturbed);
            // A call brings back whatever sleeps.
            await wake(installation, supervisor, id);
            await vi.advanceTimersByTimeAsync(10 * 60_000);
            expect((await installation.instance(id))?.status).not.toBe('sleeping');
            await expectAgreement(installation, id, wasDisturbed);
          }
          const stopped = supervisor.stop();
          await vi.advanceTimersByTimeAsync(5000);
          await stopped;
          expect(installation.launcher.processes.size).toBe(0);
        }),
        { numRuns: tested.modelRuns, ...propertyLimits(120_000) },
      );
    },
    120_000,
  );
});

describe.runIf(tested.executionsEndWithPlatform)('a platform that is killed', () => {
  const taskNames = Object.keys(lifecycleTasks) as LifecycleTaskName[];
  const operations = ['start', 'restart', 'stop', 'delete', 'sleep'] as const;
  const moments = operations.flatMap((operation) =>
    taskNames.flatMap((name) => (['before', 'after'] as const).map((when) => ({ operation, name, when }))),
  );

  /** A platform whose execution stops dead at the moment, as if the machine had lost power. */
  async function killAt(disk: Disk, { operation, name, when }: (typeof moments)[number]): Promise<string> {
    let armed = false;
    const dead = new Promise<never>(() => {});
    const task = async (state: Parameters<ReturnType<(typeof lifecycleTasks)[typeof name]>>[0]) => {
      if (armed && when === 'before') return dead;
      const result = await lifecycleTasks[name](installation.ports)(state);
      return armed ? dead : result;
    };
    const installation: Installation = new Installation({ disk, tasks: { [name]: task } });
    const id = await installation.addInstance();
    if (operation !== 'start') await installation.runner.run(id, 'start');
    armed = true;
    if (operation === 'start' || operation === 'sleep') void installation.runner.run(id, operation, { recovery: true });
    else await ask(installation, id, operation);
    // Shorter than any time limit of a task: nothing reacts to the death.
    await vi.advanceTimersByTimeAsync(5000);
    return id;
  }

  it.each(moments)('$when $name of a $operation is put right by the next one', async (moment) => {
    const disk = new Disk();
    const id = await killAt(disk, moment);
    const next = new Installation({ disk });
    await next.runner.prepare();
    const supervisor = new Supervisor(next.supervisorPorts);
    void supervisor.start();
    await vi.advanceTimersByTimeAsync(5000);
    await expectAgreement(next, id);
    expect((await next.instance(id))?.status).toBe(
      {
        ...{ start: 'running', restart: 'running', stop: 'stopped', delete: undefined },
        // A sleep that had not begun did not happen.
        sleep: moment.name === 'BeginOperation' && moment.when === 'before' ? 'running' : 'sleeping',
      }[moment.operation],
    );
    const stopped = supervisor.stop();
    await vi.advanceTimersByTimeAsync(5000);
    await stopped;
  });
});
