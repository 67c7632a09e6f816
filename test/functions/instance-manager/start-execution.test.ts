import { expect, it } from 'vitest';
import { mergeOperations } from '../../../functions/instance-manager/operation-request.ts';
import { startExecution } from '../../../functions/instance-manager/start-execution.ts';
import type { Instance } from '../../../functions/ports.ts';
import { InMemoryOperationQueue } from '../in-memory/operation-queue.ts';

it('two processes begin an execution with the same operation, though its owner changes their mind between them', async () => {
  const queue = new InMemoryOperationQueue(mergeOperations);
  const asked = await queue.ask('ins_1', { operation: 'start', recovery: false });
  if (asked.outcome !== 'start') throw new Error('it was not started');
  const started: unknown[] = [];
  const executions = { start: async ({ operation }: { operation: string }) => void started.push(operation) };
  const wants = (desiredState: Instance['desiredState']) => ({
    findById: async () => ({ id: 'ins_1', desiredState, status: 'running' }) as Instance,
  });
  // Both have read the turn before either of them noted anything.
  await startExecution({ instances: wants('stopped'), queue, executions }, 'ins_1', asked.turn);
  await startExecution({ instances: wants('running'), queue, executions }, 'ins_1', asked.turn);
  expect(started).toEqual(['stop', 'stop']);
  expect((await queue.find('ins_1'))?.turn).toMatchObject({ begunWith: 'stop' });
});
