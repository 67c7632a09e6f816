import definition from './lifecycle.asl.json' with { type: 'json' };

/** A placeholder such as `${LaunchInstanceArn}`; the CDK substitutes the ARN of the function that does the task. */
const placeholder = /^\$\{(\w+)Arn\}$/;

/**
 * The lifecycle as it is written down, with placeholders for the functions of its tasks.
 *
 * Every task has a time limit. None has a heartbeat, which would have no meaning: a heartbeat is sent by whoever works on an activity or
 * holds a task token (SendTaskHeartbeat), while a Lambda function is called, and answers or fails; one that hangs ends with its own time
 * limit, which is at least that of its task. Those that poll (`LaunchInstance`, `AwaitHealthy`, `StopInstance`) have deadlines of their
 * own below it, so that they end with a reason in words.
 * Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
 */
export const lifecycleDefinition = definition;

/** Which task function each Task state of the machine calls, such as `UndoLaunch` -> `StopInstance`. */
export function taskFunctionsByState(): Map<string, string> {
  const functions = new Map<string, string>();
  for (const [name, state] of Object.entries(definition.States)) {
    if (!('Resource' in state)) continue;
    const match = placeholder.exec(state.Resource);
    if (match?.[1] === undefined) throw new Error(`The state ${name} names no task function.`);
    functions.set(name, match[1]);
  }
  return functions;
}
