/**
 * What the router needs from outside, as interfaces. The stores of the control plane satisfy them by structure; a router that runs
 * in its own process gets other implementations. Every method may answer at once or with a promise.
 */
import type { InstanceMode } from '../../core/instance-configuration.ts';
import type { InstanceStatus } from '../../core/instance-status.ts';
import type { UsageBatch } from '../../core/usage-record.ts';
import type { MaybePromise } from './maybe-promise.ts';

/** A token that opens one instance, as far as the router cares. */
export interface TokenRecord {
  id: string;
  instanceId: string;
  workspaceId: string;
  /** ISO 8601 in UTC; `null` where the token does not expire. */
  expiresAt: string | null;
}

export interface TokenDirectory {
  /** The token with this hash (see `core/bearer-token.ts`); `undefined` where there is none, or no longer. */
  findByHash(hash: string): MaybePromise<TokenRecord | undefined>;
}

/** One process of an instance. */
export interface RouteTarget {
  /** Base URL on the private network, such as `http://127.0.0.1:43121`. */
  address: string;
  /** What the router presents to the instance as bearer token. Never logged, never sent to a client. */
  accessToken: string;
}

/** Where an instance listens now: its first process, and the replicas beside it. */
export interface RouteRecord extends RouteTarget {
  instanceId: string;
  workspaceId: string;
  /** Which transports its processes serve, where that is known. */
  mode?: InstanceMode;
  replicas?: readonly RouteTarget[];
}

export interface RouteDirectory {
  get(instanceId: string): MaybePromise<RouteRecord | undefined>;
}

/** Why an instance cannot be reached, in words its customer understands. */
export interface InstanceDescription {
  status: InstanceStatus;
  statusReason: string;
  nextStep: string | null;
  /** Which transports it serves, where that is known while it is not there to say so itself. */
  mode?: InstanceMode;
}

export interface InstanceDirectory {
  /** Asked only where an instance has no route. `undefined` where the instance does not exist. */
  describe(instanceId: string): MaybePromise<InstanceDescription | undefined>;
}

export interface InstanceWaker {
  /**
   * Asks the platform to bring back an instance that sleeps. Asking twice is asking once. Answers as soon as it was asked; the
   * instance is there when it has a route.
   */
  wake(instanceId: string): MaybePromise<void>;
}

export interface UsageSink {
  /** Adds the counts of a batch. The router sends a batch again under the same id until this succeeds. */
  apply(batch: UsageBatch): MaybePromise<void>;
}

export interface ClientConnection {
  instanceId: string;
  workspaceId: string;
  tokenId: string;
  /** What the client calls itself in its handshake; at most 100 characters, no control characters. */
  clientName?: string;
}

/** What the router tells the rest of the platform. A failing listener never disturbs a request. */
export interface RouterEvents {
  /** A client's handshake was accepted by the instance. */
  clientConnected(connection: ClientConnection): MaybePromise<void>;
  /** The token opened a door; told at most once a minute per token. `at` is ISO 8601 in UTC. */
  tokenUsed(tokenId: string, at: string): MaybePromise<void>;
  /**
   * A process of the instance did not do what it should: it could not be reached, broke off or did not begin its answer in time. Told
   * at most once a second for each process.
   */
  instanceFailed?(failure: {
    instanceId: string;
    address: string;
    kind: 'not-reached' | 'lost' | 'timed-out';
  }): MaybePromise<void>;
}
