import type { InstanceConfiguration, InstanceLogLine, InstanceMode, InstanceSize } from '../../core/instance-configuration.ts';
import type { Runtime } from './instances.ts';
import type { SecretReference } from './keys-and-secrets.ts';

/** One process of an instance, as the router reaches it. */
export interface RouteTarget {
  address: string;
  /** Presented by the router to the instance as a bearer token. Lives in memory or sealed, never in a log. */
  accessToken: string;
}

/** Where the router sends an instance's traffic: to the first process, or to one of the replicas beside it. */
export interface Route extends RouteTarget {
  instanceId: string;
  workspaceId: string;
  /** Which transports they serve; absent where that is not known. */
  mode?: InstanceMode;
  /** The processes beside the first one; absent where there are none. */
  replicas?: readonly RouteTarget[];
}

/** The routes that exist now. Setting and removing are idempotent. */
export interface RouteTable {
  set(route: Route): Promise<void>;
  get(instanceId: string): Promise<Route | undefined>;
  remove(instanceId: string): Promise<void>;
  /** All routes that exist now. */
  list(): Promise<Route[]>;
}

export interface LaunchRequest {
  configuration: InstanceConfiguration;
  workspaceId: string;
  size: InstanceSize;
  /** Where the Smartlead key of the configuration lies, for launchers that have the key fetched instead of handing it over. */
  keyReference?: SecretReference;
  /** Which of the instance's processes this is: 0, or absent, is the one the lifecycle works on; replicas count from 1. */
  replica?: number;
  /** Version of the instance image to run; the installation's present one where it is absent. */
  version?: string;
}

export interface InstanceExit {
  instanceId: string;
  /** 0 or absent for the process the lifecycle works on. */
  replica?: number;
  ref: string;
  /** In words, such as `ended with exit code 1` or `was killed by SIGKILL`. */
  reason: string;
  /** Whether it ended because the memory of its size class did not suffice. */
  outOfMemory?: boolean;
}

/** The instance did not come up. The message says how it ended, redacted: customers read it. */
export class LaunchFailed extends Error {
  override readonly name = 'LaunchFailed';
}

/**
 * With this the message of a LaunchFailed begins where nothing of the instance has run, as for want of capacity, so that it is not to
 * blame: of a failure, its words are what is stored.
 */
export const launchRefused = 'The platform could not start the instance: ';

/** One process, container or task that runs for an instance. */
export interface RunningProcess {
  instanceId: string;
  /** 0 or absent for the process the lifecycle works on; replicas count from 1. */
  replica?: number;
  runtime: Runtime;
}

export interface Launcher {
  /**
   * Starts a process of the instance and answers when its doors listen. Where the same one (the first, or the same replica) already
   * runs it is ended first, so there are never two. Rejects with LaunchFailed where it did not come up in time; nothing is left
   * running of it then.
   */
  launch(request: LaunchRequest): Promise<Runtime>;
  /**
   * Ends whatever runs for the instance, its replicas too: first politely, then, after the grace (the launcher's own where none is
   * given), by force. A launch under way is given up. No error where nothing runs. Rejects where something could not be ended; it
   * stays in the list then, and is to be ended again.
   */
  stop(instanceId: string, graceMilliseconds?: number): Promise<void>;
  /** Ends one replica in the same way and leaves the instance's other processes alone. */
  stopReplica(instanceId: string, replica: number, graceMilliseconds?: number): Promise<void>;
  /** What runs now, of all instances or of one. Where only one is of interest, asking for it alone can be far cheaper. */
  list(instanceId?: string): Promise<RunningProcess[]>;
  /**
   * Deletes what the launcher keeps for an instance beyond its processes, which have ended: the instance is being deleted. Missing where
   * it keeps nothing.
   */
  forget?(instanceId: string): Promise<void>;
  /** Calls back when an instance ends that nobody asked to end. */
  onExit(listener: (exit: InstanceExit) => void): void;
  /** Calls back with the log lines of instances. */
  onLog(listener: (instanceId: string, line: InstanceLogLine) => void): void;
}

/** Asks a running instance a real question over its own protocol. */
export interface HealthProbe {
  check(route: Route): Promise<{ healthy: true } | { healthy: false; reason: string; keyRefused?: boolean }>;
}

/** `sleep` ends the process of an instance that should run and keeps everything else; the next call, or a `start`, wakes it. */
export type LifecycleOperation = 'start' | 'stop' | 'restart' | 'delete' | 'sleep';

/** How busy an instance is at its doors, all routers together. */
export interface InstanceActivity {
  /** When the last request other than a ping began, in milliseconds since 1970; `undefined` where none is known. */
  lastRequestAt: number | undefined;
  /** Requests that wait for their answer; standing streams are none. */
  requestsInFlight: number;
  /** Standing streams that clients hold. */
  streams: number;
}

export interface InstanceActivityReader {
  read(instanceId: string): Promise<InstanceActivity>;
}

/** Runs the lifecycle workflow: Step Functions on AWS, the interpreter of the same definition elsewhere. */
export interface LifecycleWorkflow {
  /**
   * Asks for an operation and answers at once; operations on one instance run one after the other.
   * @param reason Why, as a sentence for the customer, who reads it beside the instance.
   */
  request(instanceId: string, operation: LifecycleOperation, reason?: string): Promise<void>;
}
