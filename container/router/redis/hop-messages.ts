import { z } from 'zod';

/** What routers say to each other beside the messages of clients: paths of the hop, and the shapes of what is posted there as JSON. */
export const presencePath = '/router/presence';
export const answersPath = '/router/answers';

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
