import { LaunchFailed, launchRefused } from '../ports.ts';

/**
 * Why an operation could not be finished. The class names are the error names of the state machine (`Retry`, `Catch` and `Choice`
 * match them), and the messages become the `statusReason` a customer reads: nothing in them is secret or foreign.
 */
export type LifecycleErrorName =
  | 'OperationOvertaken'
  | 'KeyMissing'
  | 'KeyRefused'
  | 'LaunchFailed'
  | 'InstanceUnhealthy'
  | 'DependencyUnavailable';

abstract class LifecycleError extends Error {
  abstract override readonly name: LifecycleErrorName;
}

/** The customer wants something else by now, or the instance is gone. Not a failure: a newer operation takes over. */
export class OperationOvertaken extends LifecycleError {
  override readonly name = 'OperationOvertaken';
  constructor() {
    super('A newer operation took over.');
  }
}

/** The Smartlead key of the instance does not exist any more. */
export class KeyMissing extends LifecycleError {
  override readonly name = 'KeyMissing';
  constructor() {
    super('The Smartlead key of this instance does not exist any more.');
  }
}

/** Smartlead refuses the key. */
export class KeyRefused extends LifecycleError {
  override readonly name = 'KeyRefused';
  constructor() {
    super('Smartlead refuses the API key of this instance.');
  }
}

/** The process runs but does not answer as an MCP server does. */
export class InstanceUnhealthy extends LifecycleError {
  override readonly name = 'InstanceUnhealthy';
}

/** What customers are told where the platform, and not their instance, is at fault. */
export const platformFaults = {
  unavailable: 'A part of the platform was not available.',
  tooLong: 'A step of the operation took too long.',
  other: 'The operation failed on our side.',
} as const;

/** Whether the words of a failure say that the platform is to blame for it. */
export function isPlatformFault(statusReason: string): boolean {
  return statusReason.startsWith(launchRefused) || Object.values<string>(platformFaults).includes(statusReason);
}

/** A part of the platform (database, secrets, route table) did not do its work. Trying again can help. */
export class DependencyUnavailable extends LifecycleError {
  override readonly name = 'DependencyUnavailable';
  constructor(cause?: unknown) {
    super(platformFaults.unavailable, { cause });
  }
}

/** Whether the state machine knows the error by its name. Launchers reject with LaunchFailed, which is part of their port. */
export function isLifecycleError(error: unknown): error is LifecycleError | LaunchFailed {
  return error instanceof LifecycleError || error instanceof LaunchFailed;
}
