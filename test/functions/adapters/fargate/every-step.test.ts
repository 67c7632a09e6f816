import { describe, expect, it, vi } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import type { FargateLauncher } from '../../../../functions/adapters/fargate/launcher.ts';
import type { InstanceTaskLedger } from '../../../../functions/ports.ts';
import { createInstallation, type Installation, quickTimes, request } from './installation.ts';

const id = 'ins_plain_1';
/** More than a launch takes. */
const mostSteps = 20;

/** The same ledger, but before the step of this number something else happens. */
function interrupted(ledger: InstanceTaskLedger, at: number, happen: () => Promise<void>) {
  let steps = 0;
  const proxy = new Proxy(ledger, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...parameters: unknown[]) => Promise<unknown>;
      return async (...parameters: unknown[]) => {
        steps += 1;
        if (steps === at) await happen();
        return method.apply(target, parameters);
      };
    },
  });
  return { ledger: proxy, countSteps: () => steps };
}

async function addWarm({ pool, version }: Installation, launcher: FargateLauncher): Promise<void> {
  const warmId = createIdentifier('warmProcess');
  const now = new Date().toISOString();
  const unknown = { ref: null, address: null, instanceId: null };
  await pool.put({ id: warmId, version, size: 'small', state: 'starting', ...unknown, createdAt: now, changedAt: now });
  await launcher.warmTasks.start({ id: warmId, version, size: 'small' });
  await vi.waitFor(async () => {
    const [running] = await launcher.warmTasks.list();
    if (running?.address === undefined) throw new Error('not ready');
    await pool.change(warmId, 'starting', { state: 'warm', changedAt: now, ref: running.ref, address: running.address });
  }, 15_000);
}

/** A launch during which something happens, and another program. */
async function launchWith(
  kind: 'cold' | 'warm',
  at: number,
  happen: (other: FargateLauncher) => Promise<void>,
  listedAfterMilliseconds = 30,
) {
  const installation = await createInstallation({ listedAfterMilliseconds });
  const other = installation.createLauncher();
  if (kind === 'warm') await addWarm(installation, other);
  const { ledger, countSteps } = interrupted(installation.ledger, at, () => happen(other));
  // The pauses of a watch would be steps without end.
  const launcher = installation.createLauncher({ ledger, times: { ...quickTimes, ledgerPause: 100 } });
  return { installation, other, launcher, countSteps };
}

describe.each(['cold', 'warm'] as const)('a %s launch', (kind) => {
  // ECS does not say how long its lists take.
  it.each([
    ['soon', 30],
    ['long after', 60_000],
  ])(
    'that another program stops at any step fails and leaves nothing, where lists show its task %s',
    async (_when, listedAfter) => {
      let wasPast = false;
      for (let at = 1; at <= mostSteps && !wasPast; at += 1) {
        const { installation, launcher, other, countSteps } = await launchWith(
          kind,
          at,
          (program) => program.stop(id),
          listedAfter,
        );
        const outcome = await launcher.launch(request()).then(
          ({ ref }) => ref,
          (error: unknown) => error as Error,
        );
        const belonging = installation.ecs.living.filter(({ tags }) => tags.some(({ key }) => key === 'instance'));
        const refs = belonging.map(({ taskArn }) => taskArn);
        if (typeof outcome === 'string') expect({ at, refs }).toEqual({ at, refs: [outcome] });
        else {
          expect(outcome).toMatchObject({ name: 'LaunchFailed', message: 'The instance was stopped while it started.' });
          expect({ at, refs }).toEqual({ at, refs: [] });
          await vi.waitFor(() => expect(installation.served.size).toBe(0), 15_000);
          await expect(installation.ledger.list(id)).resolves.toEqual([]);
        }
        // The first step is the one that makes the launch known; what comes after it is no secret.
        if (at > 1 && at <= countSteps()) expect({ at, outcome }).toEqual({ at, outcome: expect.any(Error) });
        wasPast = at > countSteps();
        await other.stop(id);
        await installation.close();
      }
      expect(wasPast).toBe(true);
    },
    60_000,
  );

  it.each(['stop', 'launch'] as const)(
    'whose program is killed at any step leaves nothing that the next %s does not end',
    async (next) => {
      let wasPast = false;
      for (let at = 1; at <= mostSteps && !wasPast; at += 1) {
        const { promise: killed, resolve: kill } = Promise.withResolvers<'killed'>();
        const { installation, launcher, other, countSteps } = await launchWith(kind, at, () => {
          kill('killed');
          return new Promise(() => {});
        });
        const outcome = await Promise.race([launcher.launch(request()).then(() => 'launched'), killed]);
        const present = next === 'launch' ? [(await other.launch(request())).ref] : [];
        if (next === 'stop') await other.stop(id);
        const left = installation.ecs.living.filter(({ tags }) => tags.some(({ key }) => key === 'instance'));
        expect({ at, left: left.map(({ taskArn }) => taskArn) }).toEqual({ at, left: present });
        expect((await installation.ledger.list(id)).map(({ ref }) => ref)).toEqual(present);
        wasPast = outcome === 'launched';
        expect(wasPast).toBe(at > countSteps());
        await installation.close();
      }
      expect(wasPast).toBe(true);
    },
    60_000,
  );
});
