import type { ExecutionInput, Runtime, SecretReference } from '../ports.ts';

/**
 * What an execution of the state machine starts with. `recovery` says that the platform asks by itself, to bring back an instance that
 * died. Its failure is then not the end: the instance stays `restarting`, and the platform tries again after a pause.
 */
export type LifecycleInput = ExecutionInput;

/** What remains to be done, as decided at the beginning. */
export interface LifecyclePlan {
  action: 'none' | 'launch' | 'stop' | 'delete' | 'sleep';
}

/** What was launched. The access token lies in a secret store; only its reference is here. */
export interface LaunchResult {
  runtime: Runtime;
  accessToken: SecretReference;
  /** The version of the Smartlead key it was launched with: the present one, should it have been rotated since it was resolved. */
  secret: SecretReference;
}

/** The state as it grows from task to task. It is visible to operators and in execution histories: it never holds a secret. */
export interface LifecycleState extends LifecycleInput {
  plan?: LifecyclePlan;
  /** Sealed Smartlead key to launch with. */
  secret?: SecretReference;
  launch?: LaunchResult;
  /** Put here by `Catch`. On AWS the cause is the JSON text of the Lambda error, elsewhere its message. */
  failure?: { Error: string; Cause: string };
}
