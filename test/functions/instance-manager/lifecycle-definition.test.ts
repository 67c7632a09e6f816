import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { lifecycleDefinition, taskFunctionsByState } from '../../../functions/instance-manager/lifecycle-definition.ts';
import { lifecycleTasks } from '../../../functions/instance-manager/tasks/index.ts';

interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds: number;
  MaxAttempts: number;
  BackoffRate: number;
  MaxDelaySeconds: number;
  JitterStrategy: string;
}

/** The longest that is waited for a state, in seconds; half as long at the mean, with full jitter. */
function longestWait({ IntervalSeconds, MaxAttempts, BackoffRate, MaxDelaySeconds }: Retrier): number {
  const pauses = Array.from({ length: MaxAttempts }, (_, attempt) => IntervalSeconds * BackoffRate ** attempt);
  return pauses.reduce((sum, seconds) => sum + Math.min(seconds, MaxDelaySeconds), 0);
}

interface TaskState {
  Type: string;
  Resource: string;
  TimeoutSeconds?: number;
  Retry?: Retrier[];
  Catch?: { ErrorEquals: string[]; Next: string; ResultPath?: string }[];
}

const states = Object.entries(lifecycleDefinition.States) as [string, TaskState][];
const taskStates = states.filter(([, state]) => state.Type === 'Task');

describe('the definition of the lifecycle', () => {
  it('is valid Amazon States Language', () => {
    const { isValid, errorsText } = validate(structuredClone(lifecycleDefinition));
    expect(isValid, errorsText()).toBe(true);
  });

  it('would not pass with a broken transition', () => {
    const broken = structuredClone(lifecycleDefinition);
    broken.States.MarkRunning.Next = 'Nowhere';
    expect(validate(broken).isValid).toBe(false);
  });

  it.each(taskStates)('%s has a time limit, retries by name and catches everything', (_name, state) => {
    expect(state.TimeoutSeconds).toBeGreaterThan(0);
    expect(state.Retry?.flatMap((retrier) => retrier.ErrorEquals)).toContain('DependencyUnavailable');
    expect(state.Retry?.flatMap((retrier) => retrier.ErrorEquals)).not.toContain('States.ALL');
    const everything = state.Catch?.find((catcher) => catcher.ErrorEquals.includes('States.ALL'));
    expect(everything?.ResultPath).toMatch(/^\$\.\w+$/);
  });

  it.each(taskStates)('%s waits for minutes where its function is busy elsewhere, and all at different times', (_name, state) => {
    const [throttled, others] = state.Retry as [Retrier, Retrier];
    // Step Functions takes the first retrier that names the error.
    expect(throttled).toMatchObject({ ErrorEquals: ['Lambda.TooManyRequestsException'], JitterStrategy: 'FULL' });
    expect(longestWait(throttled)).toBeGreaterThan(5 * 60);
    // Some of the whole execution is left for what comes then.
    expect(longestWait(throttled)).toBeLessThan(lifecycleDefinition.TimeoutSeconds / 2);
    expect(longestWait(others)).toBeLessThan(10);
  });

  it('calls every task function, and no other', () => {
    expect(new Set(taskFunctionsByState().values())).toEqual(new Set(Object.keys(lifecycleTasks)));
  });

  it('undoes the route and the launch wherever starting can fail', () => {
    const starting = ['ResolveSecret', 'LaunchInstance', 'AwaitHealthy', 'RegisterRoute', 'MarkRunning'];
    for (const name of starting) {
      const state = Object.fromEntries(taskStates)[name];
      expect(state?.Catch, name).toMatchObject([{ Next: 'UndoRoute' }]);
    }
  });
});
