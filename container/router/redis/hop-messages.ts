import { z } from 'zod';
import type { ClaimedSession, ClientQuestion, ClientReport, DoubtReport, SessionClaim } from '../sessions/parked-report.ts';

/** What routers say to each other beside the messages of clients: paths of the hop, and the shapes of what is posted there as JSON. */
export const presencePath = '/router/presence';
export const answersPath = '/router/answers';
export const returnPath = '/router/return';
export const claimPath = '/router/claim';
export const doubtPath = '/router/doubt';

/** Sessions that are asked for at once at most. */
export const maxAskedSessions = 200;
/** Longer than what is asked or handed over at once can get. */
export const maxHopBodyBytes = 4 * 1024 * 1024;

/** Which of these sessions does the router have? */
export const presenceQuestion = z.object({ sessionIds: z.array(z.string()).max(maxAskedSessions) });
/** In the order in which they were asked for. */
export const presenceAnswer = z.array(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('stream'), after: z.number() }),
    z.object({ kind: z.literal('kept') }),
    z.object({ kind: z.literal('none') }),
  ]),
);

/** JSON-RPC responses for the client of the session, whose stream hangs at the router. */
export const answersGiven = z.object({ sessionId: z.string(), deliveryId: z.string(), answers: z.array(z.string()) });

const handshake = z.record(z.string(), z.unknown());
const awaited = z.object({ id: z.union([z.string(), z.number()]), mayRepeat: z.boolean(), order: z.number() });
const wait = z.object({ sessionId: z.string(), requests: z.array(awaited), forMs: z.number() });

/** A client is back that does not name its session: which could it be? */
export const clientQuestion: z.ZodType<ClientQuestion> = z.object({
  tokenHash: z.string(),
  userAgent: z.string(),
  protocolVersion: z.string().optional(),
});
export const clientReport: z.ZodType<ClientReport> = z.object({
  parked: z.array(
    z.object({
      id: z.string(),
      address: z.string(),
      protocolVersion: z.string().optional(),
      isAwaited: z.boolean(),
      isDoubtful: z.boolean(),
      isTaken: z.boolean(),
      cutAgeMs: z.number(),
      saidAgeMs: z.number(),
      awaited: z.array(awaited),
      unsettled: z.array(wait),
      handshake: handshake.optional(),
    }),
  ),
  attached: z.array(z.string()),
});

/** A client was given a session, and may be another one's. */
export const doubtReport: z.ZodType<DoubtReport> = z.object({
  tokenHash: z.string(),
  sessionIds: z.array(z.string()),
  waits: z.array(wait),
});

/** A client is back whose session is at the router: whoever claims it first gets it. */
export const sessionClaim: z.ZodType<SessionClaim> = z.object({
  sessionId: z.string(),
  doubt: doubtReport,
  isCertain: z.boolean(),
  awaited: z.array(awaited),
});
const claimedSession = z.object({
  record: z.object({
    id: z.string(),
    instanceId: z.string(),
    workspaceId: z.string(),
    transport: z.literal('http-sse'),
    createdAt: z.number(),
    handshake: handshake.optional(),
    initialized: z.boolean(),
    logLevel: z.string().optional(),
    subscriptions: z.array(z.string()).optional(),
    incarnation: z.string().optional(),
  }),
  count: z.number(),
  messages: z.number(),
  isDoubtful: z.boolean(),
  unsettled: z.array(wait),
});

/** `undefined` for what makes no sense. */
export function readClaimed(content: unknown): ClaimedSession | undefined {
  // JSON holds no member that is there and undefined.
  return claimedSession.safeParse(content).data as ClaimedSession | undefined;
}
