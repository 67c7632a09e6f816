import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import type { FargateLauncher } from '../../../../functions/adapters/fargate/launcher.ts';
import { parseTaskEvent } from '../../../../functions/adapters/fargate/task-events.ts';
import type { LaunchRequest } from '../../../../functions/ports.ts';
import type { Fault } from './ecs-double.ts';
import { createInstallation, type Installation, request } from './installation.ts';

const instances = ['one', 'two'] as const;

const step = fc.oneof(
  fc.record({
    kind: fc.constant('launch' as const),
    name: fc.constantFrom(...instances),
    replica: fc.nat(1),
    program: fc.nat(1),
    isAwaited: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('stop' as const),
    name: fc.constantFrom(...instances),
    program: fc.nat(1),
    isAwaited: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('crash' as const), which: fc.nat(9) }),
  fc.record({ kind: fc.constant('warm' as const) }),
  fc.record({ kind: fc.constant('pause' as const), milliseconds: fc.nat(60) }),
);
const faults = fc.array(
  fc.constantFrom<Fault | undefined>(undefined, undefined, undefined, undefined, 'answer-lost', 'broken', 'throttled'),
  { maxLength: 40 },
);

async function addWarm({ pool, version }: Installation, launcher: FargateLauncher): Promise<void> {
  const id = createIdentifier('warmProcess');
  const now = new Date().toISOString();
  const unknown = { ref: null, address: null, instanceId: null };
  await pool.put({ id, version, size: 'small', state: 'starting', ...unknown, createdAt: now, changedAt: now });
  await launcher.warmTasks.start({ id, version, size: 'small' });
  for (let tries = 0; tries < 20; tries += 1) {
    const running = (await launcher.warmTasks.list()).find((task) => task.id === id);
    if (running?.address !== undefined) {
      await pool.change(id, 'starting', { state: 'warm', changedAt: now, ref: running.ref, address: running.address });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

it('never leaves two tasks for one place, nor a task that belongs to nothing, whatever goes wrong', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), faults, async (steps, planned) => {
      const installation = await createInstallation({
        startMilliseconds: 15,
        knownAfterMilliseconds: 10,
        listedAfterMilliseconds: 60,
      });
      const { ecs } = installation;
      const programs = [installation.createLauncher(), installation.createLauncher()];
      const [manager] = programs as [FargateLauncher];
      let asked = 0;
      ecs.fault = () => planned[asked++];
      ecs.onEvent = (event) => {
        const parsed = parseTaskEvent(event);
        if (parsed !== undefined) void manager.takeEvent(parsed);
      };
      const underWay: Promise<unknown>[] = [];
      const settled = (work: Promise<unknown>) => work.catch(() => {});
      try {
        for (const taken of steps) {
          if (taken.kind === 'launch') {
            const launched: LaunchRequest = request(taken.name, { replica: taken.replica });
            const launch = settled((programs[taken.program] ?? manager).launch(launched));
            underWay.push(launch);
            if (taken.isAwaited) await launch;
          } else if (taken.kind === 'stop') {
            const stop = settled((programs[taken.program] ?? manager).stop(`ins_${taken.name}_1`));
            underWay.push(stop);
            if (taken.isAwaited) await stop;
          } else if (taken.kind === 'crash') ecs.living[taken.which % Math.max(1, ecs.living.length)]?.container?.kill();
          else if (taken.kind === 'warm') await settled(addWarm(installation, manager));
          else await new Promise((resolve) => setTimeout(resolve, taken.milliseconds));
        }
        await Promise.all(underWay);
        ecs.fault = () => undefined;

        // At rest: no place is served twice.
        const served = ecs.living
          .map(({ startedBy = '' }) => installation.served.get(startedBy.split('/').at(-1) ?? ''))
          .filter((configuration) => configuration !== undefined);
        const places = (await Promise.all(instances.map((name) => manager.list(`ins_${name}_1`)))).flat();
        const names = places.map(({ instanceId, replica = 0 }) => `${instanceId}/${replica}`);
        expect(new Set(names).size).toBe(names.length);
        expect(served.length).toBeLessThanOrEqual(names.length);

        // And when all is stopped, everything is gone that belongs to an instance; what waits in the pool belongs to nobody.
        for (const name of instances) {
          await expect.poll(() => settled(manager.stop(`ins_${name}_1`)).then(() => manager.list(`ins_${name}_1`))).toEqual([]);
        }
        await expect
          .poll(async () => {
            // As the audit does, which finds by its tags what nothing is written about.
            for (const { instanceId } of await manager.list()) await manager.stop(instanceId);
            return ecs.living.filter(
              ({ startedBy, tags }) => !startedBy?.startsWith('warm/') || tags.some(({ key }) => key === 'instance'),
            );
          })
          .toEqual([]);
        expect((await Promise.all(instances.map((name) => installation.ledger.list(`ins_${name}_1`)))).flat()).toEqual([]);
        expect(installation.served.size).toBe(0);
      } finally {
        await installation.close();
      }
    }),
    { numRuns: Number(process.env.CHAOS_RUNS ?? 12), interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
  );
}, 60_000);
