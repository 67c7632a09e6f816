/** As much of a state machine as is needed to follow a path through it. */
interface State {
  Type: string;
  Next?: string;
  Resource?: string;
  Choices?: readonly { Next: string; StringEquals?: string; Variable?: string }[];
  Default?: string;
}
export interface Definition {
  StartAt: string;
  States: Readonly<Record<string, object>>;
}

export interface Path {
  /** Names of the states in their order; each is a transition that Step Functions bills. */
  states: string[];
  /** Those that call a function, as their `Resource` names it: `${LaunchInstanceArn}` is `LaunchInstance`. */
  calls: string[];
}

/**
 * Walks the definition without any failure, for a plan whose action is the given one: at each choice the branch that compares with the
 * action, else the default. Throws where the definition leads nowhere or in a circle.
 */
export function pathOf({ StartAt, States }: Definition, action: string): Path {
  const path: Path = { states: [], calls: [] };
  let name: string | undefined = StartAt;
  while (name !== undefined) {
    const state = States[name] as State | undefined;
    if (state === undefined || path.states.includes(name)) throw new Error(`The lifecycle cannot be followed beyond ${name}.`);
    path.states.push(name);
    const called = /^\$\{(\w+)Arn\}$/.exec(state.Resource ?? '')?.[1];
    if (called !== undefined) path.calls.push(called);
    name = state.Type === 'Choice' ? branchOf(state, action) : state.Next;
  }
  return path;
}

function branchOf({ Choices = [], Default }: State, action: string): string | undefined {
  return Choices.find(({ StringEquals }) => StringEquals === action)?.Next ?? Default;
}
