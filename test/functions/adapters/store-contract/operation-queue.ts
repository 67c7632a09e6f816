import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import type { MergeRequests, OperationQueue, OperationRequest } from '../../../../functions/ports.ts';
import { OperationQueueModel } from './operation-queue-model.ts';

const request = (reason: string): OperationRequest => ({ operation: 'start', recovery: false, reason });

/** Keeps every wish in sight: none can be lost without a test noticing. */
const mergeAll: MergeRequests = (waiting, newer) => ({ ...newer, reason: `${waiting.reason},${newer.reason}` });

/**
 * What every implementation of the operation queue has to do. The queues that are opened may share what they keep.
 * @param runs Of the test with random steps: few where a step goes over the network.
 */
export function operationQueueContract(
  open: (merge: MergeRequests) => Promise<OperationQueue>,
  { runs }: { runs: number },
): void {
  describe('the operation queue', () => {
    const newId = () => createIdentifier('instance');

    it('gives the turn to one request, and merges what comes meanwhile into one that follows', async () => {
      const queue = await open(mergeAll);
      const id = newId();
      expect(await queue.find(id)).toBeUndefined();
      const first = await queue.ask(id, request('1'));
      if (first.outcome !== 'start') throw new Error('it was not started');
      expect(first.turn).toMatchObject({ kind: 'execution', name: expect.stringMatching(/^op_/), request: request('1') });
      expect(await queue.ask(id, request('2'))).toEqual({ outcome: 'queued' });
      expect(await queue.ask(id, request('3'))).toEqual({ outcome: 'queued' });
      expect(await queue.find(id)).toEqual({ instanceId: id, turn: first.turn, waiting: request('2,3') });
      const second = await queue.end(id, first.turn.name);
      expect(second).toMatchObject({ request: request('2,3') });
      expect(second?.name).not.toBe(first.turn.name);
      expect(await queue.find(id)).toEqual({ instanceId: id, turn: second });
      expect(await queue.end(id, second?.name ?? '')).toBeUndefined();
      expect(await queue.find(id)).toBeUndefined();
    });

    it('ends a turn once, however often and late it is told', async () => {
      const queue = await open(mergeAll);
      const id = newId();
      const first = await queue.ask(id, request('1'));
      const name = first.outcome === 'start' ? first.turn.name : '';
      await queue.ask(id, request('2'));
      const second = await queue.end(id, name);
      await queue.ask(id, request('3'));
      expect(await queue.end(id, name)).toBeUndefined();
      expect(await queue.find(id)).toMatchObject({ turn: second, waiting: request('3') });
      expect(await queue.end(newId(), name)).toBeUndefined();
    });

    it('notes what an execution was begun with, and refuses where its turn has ended', async () => {
      const queue = await open(mergeAll);
      const id = newId();
      const first = await queue.ask(id, request('1'));
      const name = first.outcome === 'start' ? first.turn.name : '';
      expect(await queue.begin(id, 'op_other', 'stop')).toBeUndefined();
      expect(await queue.begin(id, name, 'stop')).toBe('stop');
      // Another process that is about to begin it, too, and has seen another wish of the owner, is told what it is begun with.
      expect(await queue.begin(id, name, 'start')).toBe('stop');
      expect(await queue.find(id)).toMatchObject({ turn: { begunWith: 'stop' } });
      await queue.end(id, name);
      expect(await queue.begin(id, name, 'stop')).toBeUndefined();
    });

    it('gives the turn to an action where nothing has it, and requests wait for its end', async () => {
      const queue = await open(mergeAll);
      const id = newId();
      const turn = await queue.take(id, 'process-1');
      expect(turn).toMatchObject({ kind: 'action', holder: 'process-1' });
      expect(await queue.take(id, 'process-2')).toBeUndefined();
      expect(await queue.begin(id, turn?.name ?? '', 'start')).toBeUndefined();
      expect(await queue.ask(id, request('1'))).toEqual({ outcome: 'queued' });
      const next = await queue.end(id, turn?.name ?? '');
      expect(next).toMatchObject({ kind: 'execution', request: request('1') });
      expect(await queue.take(id, 'process-2')).toBeUndefined();
    });

    it('lists what is busy, and keeps instances apart', async () => {
      const queue = await open(mergeAll);
      const [busy, held, idle] = [newId(), newId(), newId()];
      await queue.ask(busy, request('1'));
      await queue.take(held, 'process-1');
      const ended = await queue.ask(idle, request('1'));
      await queue.end(idle, ended.outcome === 'start' ? ended.turn.name : '');
      const listed = (await queue.listBusy()).map(({ instanceId }) => instanceId);
      expect(listed).toEqual(expect.arrayContaining([busy, held]));
      expect(listed).not.toContain(idle);
    });

    it('gives one turn to many who ask at once, and loses none of the others', async () => {
      const queue = await open(mergeAll);
      const id = newId();
      const names = ['1', '2', '3', '4', '5', '6'];
      const answers = await Promise.all(names.map((name) => queue.ask(id, request(name))));
      const started = answers.flatMap((answer) => (answer.outcome === 'start' ? [answer.turn] : []));
      expect(started).toHaveLength(1);
      const next = await queue.end(id, started[0]?.name ?? '');
      const served = [started[0]?.request.reason, ...(next?.request.reason?.split(',') ?? [])];
      expect(served.sort()).toEqual(names);
    });

    it('never runs two executions of an instance and loses no wish, whoever dies after whatever step', () =>
      fc.assert(
        fc.asyncProperty(OperationQueueModel.scripts, async (script) => {
          const model = new OperationQueueModel(await open(mergeAll), newId());
          for (const step of script) await model.do(step);
          await model.settle();
          expect(model.mostAtOnce).toBeLessThanOrEqual(1);
          expect(model.served.sort()).toEqual(model.asked.sort());
        }),
        { numRuns: runs },
      ));
  });
}
