import { beforeEach, describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../core/identifiers.ts';
import type { InstanceTask, InstanceTaskLedger } from '../../../functions/ports.ts';

let made = 0;

function taskOf(change: Partial<InstanceTask> = {}): InstanceTask {
  return {
    id: createIdentifier('warmProcess'),
    instanceId: `ins_ledger_${made}`,
    replica: 0,
    state: 'starting',
    ref: null,
    address: null,
    version: 'ab12ab12ab12ab12',
    startedAt: '2026-11-22T08:00:00.000Z',
    ...change,
  };
}

/** What every ledger of tasks does. */
export function describeTaskLedger(name: string, create: () => InstanceTaskLedger): void {
  describe(`${name}, as a ledger of tasks`, () => {
    let ledger: InstanceTaskLedger;
    beforeEach(() => {
      made += 1;
      ledger = create();
    });

    it('holds one task a place, the first that comes', async () => {
      const task = taskOf();
      await expect(ledger.claim(task)).resolves.toBe(true);
      await expect(ledger.claim(taskOf())).resolves.toBe(false);
      await expect(ledger.read(task)).resolves.toEqual(task);
      const rivals = await Promise.all(Array.from({ length: 8 }, () => ledger.claim(taskOf({ replica: 1 }))));
      expect(rivals.filter((isFirst) => isFirst)).toHaveLength(1);
    });

    it('lists all of one instance in their order, and finds each by its id', async () => {
      const tasks = [
        taskOf({ replica: 2, ref: 'arn:two', address: 'http://10.0.0.2:3000', processes: 3 }),
        taskOf(),
        taskOf({ replica: 1 }),
      ];
      for (const task of tasks) await ledger.claim(task);
      await ledger.claim(taskOf({ instanceId: 'ins_other_1' }));
      await expect(ledger.list(taskOf().instanceId)).resolves.toEqual([tasks[1], tasks[2], tasks[0]]);
      await expect(ledger.find(tasks[0]?.id ?? '')).resolves.toEqual(tasks[0]);
      await expect(ledger.find('wrm_absent')).resolves.toBeUndefined();
    });

    it('changes a task only where it is the one that is meant, and in a state that is meant', async () => {
      const task = taskOf();
      await ledger.claim(task);
      const running = { state: 'running', ref: 'arn:one', address: 'http://10.0.0.1:3000' } as const;
      await expect(ledger.change(taskOf(), ['starting'], running)).resolves.toBe(false);
      await expect(ledger.change(task, ['planned', 'ending'], running)).resolves.toBe(false);
      await expect(ledger.change(task, ['planned', 'starting'], running)).resolves.toBe(true);
      await expect(ledger.read(task)).resolves.toEqual({ ...task, ...running });
      const ends = await Promise.all(Array.from({ length: 8 }, () => ledger.change(task, ['running'], { state: 'ending' })));
      expect(ends.filter((isFirst) => isFirst)).toHaveLength(1);
    });

    it('exchanges a task for another one', async () => {
      const plan = taskOf({ state: 'planned' });
      const next = taskOf({ ref: 'arn:one' });
      await ledger.claim(plan);
      await expect(ledger.exchange(next, ['planned'], next)).resolves.toBe(false);
      await expect(ledger.exchange(plan, ['planned'], next)).resolves.toBe(true);
      await expect(ledger.read(plan)).resolves.toEqual(next);
      await expect(ledger.find(plan.id)).resolves.toBeUndefined();
      await expect(ledger.find(next.id)).resolves.toEqual(next);
    });

    it('frees a place for the next one, and only from the task that is meant', async () => {
      const task = taskOf();
      await ledger.claim(task);
      await expect(ledger.release(taskOf())).resolves.toBe(false);
      await expect(ledger.release(task, ['planned'])).resolves.toBe(false);
      await expect(ledger.release(task, ['starting'])).resolves.toBe(true);
      await expect(ledger.release(task)).resolves.toBe(false);
      await expect(ledger.read(task)).resolves.toBeUndefined();
      await expect(ledger.claim(taskOf())).resolves.toBe(true);
    });

    it('knows whose task it was after its place was freed', async () => {
      const [first, second] = [taskOf({ ref: 'arn:one' }), taskOf({ ref: 'arn:two' })];
      await ledger.claim(first);
      await ledger.claim(taskOf({ instanceId: 'ins_other_2', ref: 'arn:other' }));
      await ledger.release(first, ['planned']);
      await expect(ledger.refsOf(first.instanceId)).resolves.toEqual(['arn:one']);
      await ledger.release(first);
      await expect(ledger.list(first.instanceId)).resolves.toEqual([]);
      await expect(ledger.refsOf(first.instanceId)).resolves.toEqual(['arn:one']);
      await ledger.claim(second);
      await ledger.claim(taskOf({ replica: 1 }));
      await expect(ledger.refsOf(first.instanceId)).resolves.toEqual(expect.arrayContaining(['arn:one', 'arn:two']));
      await expect(ledger.refsOf(first.instanceId)).resolves.toHaveLength(2);
      await expect(ledger.refsOf('ins_absent')).resolves.toEqual([]);
    });
  });
}
