import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createIdentifier } from '../../../core/identifiers.ts';
import { lifecycleDefinition, taskFunctionsByState } from '../../../functions/instance-manager/lifecycle-definition.ts';
import type { TaskHandlers } from '../../../functions/instance-manager/lifecycle-machine.ts';
import type { LifecycleState } from '../../../functions/instance-manager/lifecycle-state.ts';
import { Supervisor } from '../../../functions/instance-manager/supervisor.ts';
import { bindLifecycleTasks, type LifecycleTaskName } from '../../../functions/instance-manager/tasks/index.ts';
import type { LifecycleOperation } from '../../../functions/ports.ts';
import { atRest, Installation, running } from './installation.ts';

const functionArn = (task: string) => `arn:aws:lambda:eu-central-1:123456789012:function:${task}`;

/** The definition as CloudFormation deploys it: with the ARNs of functions in place of its placeholders. */
const deployed: typeof lifecycleDefinition = JSON.parse(
  JSON.stringify(lifecycleDefinition).replaceAll(/\$\{(\w+)Arn\}/g, (_, task: string) => functionArn(task)),
);
const machine = new StateMachine(deployed as unknown as StateMachineDefinition);

/** By the definition itself: what Step Functions calls at a state. */
const resources = Object.entries(deployed.States).flatMap(([state, { ...definition }]) =>
  'Resource' in definition ? [{ state, task: definition.Resource.split(':').at(-1) as LifecycleTaskName }] : [],
);

/**
 * How a call of a function can fail on AWS, beside the errors that functions report themselves. Those of Lambda that pass are tried
 * again. Sources: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html and
 * https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception
 */
const throttled = 'Lambda.TooManyRequestsException';
const passing = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  throttled,
  'DependencyUnavailable',
];
/** How often a state is tried again: for minutes where only its function is busy elsewhere. */
const retriesAfter = (error: string) => (error === throttled ? 12 : 3);
const final = [
  // The function crashed, ran out of memory or took longer than it may.
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Sandbox.Timedout',
  'States.TaskFailed',
  'States.Timeout',
];

type When = 'before' | 'after';
interface Injection {
  state: string;
  error: string;
  when: When;
  times: number;
}

/** Runs the deployed definition once, as Step Functions would. Answers how often the state was tried. */
async function execute(
  installation: Installation,
  id: string,
  operation: LifecycleOperation,
  injection?: Injection,
): Promise<number> {
  const tasks = bindLifecycleTasks(installation.ports);
  let tries = 0;
  const fail = (name: string) => {
    // What Lambda reports: the cause is JSON text.
    const cause = JSON.stringify({ errorType: name, errorMessage: 'planted', trace: [] });
    return Object.assign(new Error(cause), { name });
  };
  const handlers = resources.map(({ state, task }) => [
    state,
    async (input: LifecycleState) => {
      if (state !== injection?.state) return tasks[task](input);
      tries += 1;
      if (injection.when === 'before' && tries <= injection.times) throw fail(injection.error);
      const result = await tasks[task](input);
      if (injection.when === 'after' && tries <= injection.times) throw fail(injection.error);
      return result;
    },
  ]);
  const input = { instanceId: id, operation, operationId: createIdentifier('operation'), recovery: false };
  const execution = machine.run(input, {
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(handlers) as TaskHandlers,
      retryIntervalOverrides: Object.fromEntries(resources.map(({ state }) => [state, 1])),
    },
  });
  await Promise.all([execution.result.catch(() => {}), vi.advanceTimersByTimeAsync(100)]);
  return tries;
}

const wished = { start: 'running', restart: 'running', sleep: 'running', stop: 'stopped', delete: 'deleted' } as const;
const reached = {
  ...{ start: running, restart: running, sleep: atRest('sleeping') },
  ...{ stop: atRest('stopped'), delete: atRest(undefined) },
} as const;

async function prepared(operation: LifecycleOperation): Promise<{ installation: Installation; id: string }> {
  const installation = new Installation();
  const id = await installation.addInstance();
  if (operation !== 'start') await execute(installation, id, 'start');
  await installation.change(id, { desiredState: wished[operation] });
  return { installation, id };
}

/** Compares and repairs as the manager does every minute. */
async function reconcile(installation: Installation): Promise<void> {
  const supervisor = new Supervisor(installation.supervisorPorts, { instancesOutlivePlatform: true });
  await Promise.all([supervisor.reconcile(), vi.advanceTimersByTimeAsync(2_000)]);
  await Promise.all([supervisor.stop(), vi.advanceTimersByTimeAsync(2_000)]);
}

/** Only a launch whose answer was lost is repeated while its process runs; the launcher ends that one first. */
function expectNoDouble({ launcher }: Installation, state: string): void {
  if (state !== 'LaunchInstance') expect(launcher.doubles).toEqual([]);
  expect(launcher.processes.size).toBeLessThanOrEqual(1);
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the definition as it is deployed', () => {
  it('calls the same functions as the one that is interpreted', () => {
    expect(new Map(resources.map(({ state, task }) => [state, task]))).toEqual(taskFunctionsByState());
    expect(JSON.stringify(deployed)).not.toContain('${');
  });

  it.each(['start', 'restart', 'stop', 'sleep', 'delete'] as const)('does a %s', async (operation) => {
    const { installation, id } = await prepared(operation);
    await execute(installation, id, operation);
    expect(await installation.observe(id)).toEqual(reached[operation]);
  });
});

const paths: Record<LifecycleOperation, string[]> = {
  start: [
    'BeginOperation',
    'RemoveRoute',
    'StopInstance',
    'ResolveSecret',
    'LaunchInstance',
    'AwaitHealthy',
    'RegisterRoute',
    'MarkRunning',
  ],
  restart: [
    'BeginOperation',
    'RemoveRoute',
    'StopInstance',
    'ResolveSecret',
    'LaunchInstance',
    'AwaitHealthy',
    'RegisterRoute',
    'MarkRunning',
  ],
  stop: ['BeginOperation', 'RemoveRoute', 'StopInstance', 'MarkStopped'],
  sleep: ['BeginOperation', 'RemoveRoute', 'StopInstance', 'MarkSleeping'],
  delete: ['BeginOperation', 'RemoveRoute', 'StopInstance', 'DeleteInstance'],
};
const moments = Object.entries(paths).flatMap(([operation, states]) =>
  states.map((state) => ({ operation: operation as LifecycleOperation, state })),
);

describe.each(moments)('a failure of $state in a $operation', ({ operation, state }) => {
  it.each(passing)('%s that passes is repeated, as often as it is allowed, and nothing is to be seen of it', async (error) => {
    for (const when of ['before', 'after'] as const) {
      for (const times of [1, retriesAfter(error)]) {
        const { installation, id } = await prepared(operation);
        expect(await execute(installation, id, operation, { state, error, when, times })).toBe(times + 1);
        expect(await installation.observe(id)).toEqual(reached[operation]);
        expectNoDouble(installation, state);
      }
    }
  });

  it.each([...passing, ...final])('%s for good leaves nothing, and the next comparison ends it', async (error) => {
    for (const when of ['before', 'after'] as const) {
      const { installation, id } = await prepared(operation);
      const tries = await execute(installation, id, operation, { state, error, when, times: Number.POSITIVE_INFINITY });
      expect(tries).toBe(passing.includes(error) ? retriesAfter(error) + 1 : 1);
      const isLaunch = operation === 'start' || operation === 'restart';
      const present = await installation.observe(id);
      const isUntouched = when === 'before' && state === 'BeginOperation' && operation !== 'start';
      // A launch that failed is undone at once; nobody can reach what may be left of an end that failed.
      if (isLaunch && !isUntouched && paths[operation].indexOf(state) >= 3) expect(present).toEqual(atRest('failed'));
      if (isLaunch) expect(present.status).toBe('failed');
      await reconcile(installation);
      const after = await installation.observe(id);
      if (isLaunch) expect(after).toEqual(atRest('failed'));
      else if (operation !== 'sleep') expect(after).toEqual(reached[operation]);
      // A sleep that had not begun did not happen; one that failed on the way left the instance at rest.
      else expect([running, atRest('sleeping'), atRest('failed')]).toContainEqual(after);
      expectNoDouble(installation, state);
    }
  });
});

describe('a failure while a failed start is undone', () => {
  const undoing = ['UndoRoute', 'UndoLaunch', 'MarkFailed'];

  it.each(undoing.flatMap((state) => [...passing, ...final].map((error) => ({ state, error }))))(
    '$error of $state leaves nothing after the next comparison',
    async ({ state, error }) => {
      const { installation, id } = await prepared('start');
      installation.probe.set(id, { healthy: false, reason: 'it does not answer.' });
      const check = vi.spyOn(installation.probe, 'check').mockImplementation(async () => {
        throw Object.assign(new Error('planted'), { name: 'unexpected' });
      });
      await execute(installation, id, 'start', { state, error, when: 'before', times: Number.POSITIVE_INFINITY });
      check.mockRestore();
      installation.probe.set(id, { healthy: true });
      await reconcile(installation);
      const present = await installation.observe(id);
      // Where even marking it failed, the comparison finds an instance that is to be started, and starts it.
      expect([atRest('failed'), running]).toContainEqual(present);
      expect(present.status).toBe(state === 'MarkFailed' ? 'running' : 'failed');
      expect(installation.launcher.processes.size).toBe(state === 'MarkFailed' ? 1 : 0);
    },
  );

  it('MarkUnauthenticated for good is shown as failed', async () => {
    const { installation, id } = await prepared('start');
    installation.probe.set(id, { healthy: false, reason: 'it says so', keyRefused: true });
    const times = Number.POSITIVE_INFINITY;
    await execute(installation, id, 'start', { state: 'MarkUnauthenticated', error: 'Lambda.Unknown', when: 'before', times });
    expect(await installation.observe(id)).toEqual(atRest('failed'));
  });
});
