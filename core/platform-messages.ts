import { z } from 'zod';

/**
 * What the routers of scale `saas` tell the control plane: one JSON object a message, through a queue. The queue may deliver a message
 * twice and in another order; whoever takes it must not mind. Usage goes through a queue of its own, a `UsageBatch` a message.
 */
export const platformMessageSchema = z.discriminatedUnion('kind', [
  /** Somebody calls an instance that sleeps. */
  z.object({ kind: z.literal('wake'), instanceId: z.string() }),
  /** A process did not do what it should: it is to be examined. */
  z.object({
    kind: z.literal('instance-failed'),
    instanceId: z.string(),
    address: z.string(),
    failure: z.enum(['not-reached', 'lost', 'timed-out']),
  }),
  /** A client's handshake was accepted. */
  z.object({
    kind: z.literal('client-connected'),
    instanceId: z.string(),
    workspaceId: z.string(),
    tokenId: z.string(),
    clientName: z.string().max(100).optional(),
  }),
  /** A token opened a door. `at` is ISO 8601 in UTC. */
  z.object({ kind: z.literal('token-used'), tokenId: z.string(), at: z.string() }),
]);
export type PlatformMessage = z.infer<typeof platformMessageSchema>;
