import { z } from 'zod';
import { instanceModeSchema } from './instance-configuration.ts';
import { desiredStates, instanceStatusSchema } from './instance-status.ts';

/**
 * What the data plane reads of the one DynamoDB table of scale `saas`, and where it lies. The control plane writes these items and may
 * add attributes of its own; the names below are the contract between the two. Everything else in the table is the control plane's
 * alone, and the router's role cannot read it (its permission names the prefixes of the partition keys).
 */

export interface ItemKey {
  pk: string;
  sk: string;
}

/** Prefixes of the partition keys that the router may read. */
export const routerPartitions = ['token#', 'instance#', 'changes#'] as const;

/** A token that opens an instance, by its hash (see `bearer-token.ts`). */
export function tokenItemKey(hash: string): ItemKey {
  return { pk: `token#${hash}`, sk: 'token' };
}

/** The instance itself, as its owner sees it. */
export function instanceItemKey(instanceId: string): ItemKey {
  return { pk: `instance#${instanceId}`, sk: 'instance' };
}

/** Where the instance runs; there is none while it does not. */
export function routeItemKey(instanceId: string): ItemKey {
  return { pk: `instance#${instanceId}`, sk: 'route' };
}

/** Partition of the changes of one minute. `minute` is ISO 8601 in UTC at its start, such as `2026-11-22T08:41:00.000Z`. */
export function changesPartition(minute: string): string {
  return `changes#${minute}`;
}

export const tokenItemSchema = z.object({
  id: z.string(),
  instanceId: z.string(),
  workspaceId: z.string(),
  /** ISO 8601 in UTC; absent or `null` where the token does not expire. */
  expiresAt: z.string().nullish(),
});

export const instanceItemSchema = z.object({
  id: z.string(),
  workspaceId: z.string(),
  mode: instanceModeSchema,
  status: instanceStatusSchema,
  statusReason: z.string(),
  nextStep: z.string().nullish(),
  desiredState: z.enum(desiredStates),
});
export type InstanceItem = z.infer<typeof instanceItemSchema>;

const routeTargetItemSchema = z.object({
  /** Base URL on the private network, such as `http://10.64.96.12:3000`. */
  address: z.string(),
  /** What the router presents to the process, sealed with the data plane's key in the context {@link routeTokenContext}. */
  sealedAccessToken: z.instanceof(Uint8Array),
});

export const routeItemSchema = routeTargetItemSchema.extend({
  instanceId: z.string(),
  workspaceId: z.string(),
  /** Which transports the processes serve: a client of HTTP+SSE is refused by it before the instance is asked. */
  mode: instanceModeSchema.optional(),
  replicas: z.array(routeTargetItemSchema).optional(),
});

/** Context in which the access token of one process is sealed. */
export function routeTokenContext(instanceId: string, address: string): string {
  return `route/${instanceId}/${address}`;
}

/**
 * A change that routers should learn of before what they remember is too old. Items of a minute's partition, their sort key being an
 * identifier of the kind `event`, which sorts by time; they expire after some minutes. Routers look for new ones every second.
 */
export const changeItemSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('token-revoked'), tokenId: z.string(), instanceId: z.string() }),
  z.object({ kind: z.literal('route-set'), instanceId: z.string() }),
  z.object({ kind: z.literal('route-removed'), instanceId: z.string() }),
  /**
   * A router's task is about to be stopped: its load balancer sends it nothing new any more, and cuts what it holds when the
   * deregistration delay is over, which is before the task itself gets a signal. So that it can end its streams until then.
   */
  z.object({ kind: z.literal('router-stopping'), taskArn: z.string() }),
]);
export type Change = z.infer<typeof changeItemSchema>;
