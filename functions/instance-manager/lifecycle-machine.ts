import type { RunOptions, StateMachine, StateMachineDefinition } from 'aws-local-stepfunctions';
import { lifecycleDefinition, taskFunctionsByState } from './lifecycle-definition.ts';
import type { LifecycleState } from './lifecycle-state.ts';
import type { LifecycleTasks } from './tasks/index.ts';

export type MachineOverrides = NonNullable<RunOptions['overrides']>;
export type TaskHandlers = NonNullable<MachineOverrides['taskResourceLocalHandlers']>;
type TaskHandler = TaskHandlers[string];

/** Loads the interpreter with the definition of the lifecycle. */
export async function loadLifecycleMachine(): Promise<StateMachine> {
  const { StateMachine } = await import('aws-local-stepfunctions');
  // A test validates the definition; doing it again at every start would cost a quarter of a second.
  return new StateMachine(lifecycleDefinition as unknown as StateMachineDefinition, { validationOptions: { noValidate: true } });
}

/** What the interpreter does at the states of the machine. @param retryPauseMilliseconds In place of the pauses of the definition. */
export function machineOverrides(tasks: LifecycleTasks, retryPauseMilliseconds?: number): MachineOverrides {
  const states = taskFunctionsByState();
  const handlers: TaskHandlers = {};
  for (const [state, taskName] of states) {
    const task = tasks[taskName as keyof LifecycleTasks];
    if (!task) throw new Error(`The lifecycle names a task function ${taskName} that does not exist.`);
    // The interpreter passes JSON values only; what the machine passes has the form of its state.
    handlers[state] = (async (input) => task(input as unknown as LifecycleState)) as TaskHandler;
  }
  if (retryPauseMilliseconds === undefined) return { taskResourceLocalHandlers: handlers };
  const pauses = Object.fromEntries([...states.keys()].map((state) => [state, retryPauseMilliseconds]));
  return { taskResourceLocalHandlers: handlers, retryIntervalOverrides: pauses };
}
