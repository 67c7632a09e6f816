import type { InstanceConfiguration, InstanceLogLine, InstanceSize } from '../../core/instance-configuration.ts';
import type { Runtime } from './instances.ts';

/** Where the router sends an instance's traffic. */
export interface Route {
  instanceId: string;
  workspaceId: string;
  address: string;
  /** Presented by the router to the instance as a bearer token. Lives in memory or sealed, never in a log. */
  accessToken: string;
}

/** The routes that exist now. Setting and removing are idempotent. */
export interface RouteTable {
  set(route: Route): Promise<void>;
  get(instanceId: string): Promise<Route | undefined>;
  remove(instanceId: string): Promise<void>;
}

export interface LaunchRequest {
  configuration: InstanceConfiguration;
  workspaceId: string;
  size: InstanceSize;
}

export interface InstanceExit {
  instanceId: string;
  ref: string;
  /** In words, such as `ended with exit code 1` or `was killed by SIGKILL`. */
  reason: string;
}

/** The instance did not come up. The message says how it ended, redacted: customers read it. */
export class LaunchFailed extends Error {
  override readonly name = 'LaunchFailed';
}

export interface Launcher {
  /**
   * Starts the instance and answers when its doors listen. Where one already runs for this instance it is ended first, so there
   * are never two. Rejects with LaunchFailed where it did not come up in time; nothing is left running then.
   */
  launch(request: LaunchRequest): Promise<Runtime>;
  /**
   * Ends whatever runs for the instance: first politely, then, after the grace (the launcher's own where none is given), by force.
   * A launch under way is given up. No error where nothing runs.
   */
  stop(instanceId: string, graceMilliseconds?: number): Promise<void>;
  /** What runs now, by instance. */
  list(): Promise<{ instanceId: string; runtime: Runtime }[]>;
  /** Calls back when an instance ends that nobody asked to end. */
  onExit(listener: (exit: InstanceExit) => void): void;
  /** Calls back with the log lines of instances. */
  onLog(listener: (instanceId: string, line: InstanceLogLine) => void): void;
}

/** Asks a running instance a real question over its own protocol. */
export interface HealthProbe {
  check(route: Route): Promise<{ healthy: true } | { healthy: false; reason: string; keyRefused?: boolean }>;
}

export type LifecycleOperation = 'start' | 'stop' | 'restart' | 'delete';

/** Runs the lifecycle workflow: Step Functions on AWS, the interpreter of the same definition elsewhere. */
export interface LifecycleWorkflow {
  /** Asks for an operation and answers at once; operations on one instance run one after the other. */
  request(instanceId: string, operation: LifecycleOperation): Promise<void>;
}
