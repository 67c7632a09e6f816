import definition from './lifecycle.asl.json' with { type: 'json' };

/** A placeholder such as `${LaunchInstanceArn}`; the CDK substitutes the ARN of the function that does the task. */
const placeholder = /^\$\{(\w+)Arn\}$/;

/** The lifecycle as it is written down, with placeholders for the functions of its tasks. */
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
