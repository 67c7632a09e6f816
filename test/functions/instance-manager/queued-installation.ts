import { createIdentifier } from '../../../core/identifiers.ts';
import type { LifecyclePorts } from '../../../functions/instance-manager/lifecycle-ports.ts';
import { mergeOperations } from '../../../functions/instance-manager/operation-request.ts';
import { QueuedRunner } from '../../../functions/instance-manager/queued-runner.ts';
import { bindLifecycleTasks } from '../../../functions/instance-manager/tasks/index.ts';
import { InMemoryOperationQueue } from '../in-memory/operation-queue.ts';
import { testInstead } from './installation.ts';
import { type Disturbances, RemoteExecutions } from './remote-executions.ts';

const sweepMilliseconds = 10_000;

/** Has every installation run the lifecycle by executions elsewhere and the operation queue, with these disturbances. */
export function runByExecutions(disturbances: () => Disturbances = () => ({})): void {
  testInstead({
    executionsEndWithPlatform: false,
    modelRuns: 40,
    makeRunner({ ports, tasks, retryPauseMilliseconds }) {
      const executions = new RemoteExecutions({ ...bindLifecycleTasks(ports), ...tasks }, retryPauseMilliseconds);
      executions.disturbances = disturbances();
      executions.onOverlap((instanceId) => ports.report({ message: 'Two executions ran at once.', instanceId }));
      const queue = new InMemoryOperationQueue(mergeOperations);
      const report: LifecyclePorts['report'] = (incident) => {
        // Being throttled is told, and is no fault of what is tested.
        if ((incident.cause as Error | undefined)?.name !== 'ThrottlingException') ports.report(incident);
      };
      const runner = new QueuedRunner({ ...ports, report, queue, executions }, { holder: createIdentifier('session') });
      executions.onEnd((...end) => void runner.executionEnded(...end).catch(() => {}));
      setInterval(() => void runner.sweep(), sweepMilliseconds).unref();
      return Object.assign(runner, { prepare: () => executions.prepare() });
    },
  });
}
