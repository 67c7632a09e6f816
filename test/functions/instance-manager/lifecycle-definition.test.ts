import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { lifecycleDefinition, taskFunctionsByState } from '../../../functions/instance-manager/lifecycle-definition.ts';
import { lifecycleTasks } from '../../../functions/instance-manager/tasks/index.ts';

interface TaskState {
  Type: string;
  Resource: string;
  TimeoutSeconds?: number;
  Retry?: { ErrorEquals: string[]; MaxAttempts?: number }[];
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
