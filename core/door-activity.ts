import { z } from 'zod';

/**
 * How busy an instance is at its doors, and how several routers say so to whoever wants the whole picture: each writes what it knows
 * into one field, named after itself, of the instance's hash in Redis, every {@link activityIntervalMs}.
 */
export interface DoorActivity {
  /** When the last request other than a ping began, in milliseconds since 1970; `undefined` where none is known. */
  lastRequestAt: number | undefined;
  /** Requests that wait for their answer; standing streams are none. */
  requestsInFlight: number;
  /** Standing streams that clients hold. */
  streams: number;
}

/** In front of all keys that routers use in Redis. */
export const redisKeyPrefix = 'smartlead-mcp:';

/** How often a router writes. */
export const activityIntervalMs = 3_000;

/** How long what a router wrote is taken for its present state; a router that has not written since is taken to be gone. */
export const activityAliveMs = 3 * activityIntervalMs;

/** How long what was written is kept: longer than any instance stays awake without a request. */
export const activityKeptMs = 2 * 24 * 60 * 60_000;

/** Key of the hash with an instance's activity. */
export function activityKey(instanceId: string, keyPrefix: string = redisKeyPrefix): string {
  return `${keyPrefix}activity:${instanceId}`;
}

const writtenActivitySchema = z.object({
  routerId: z.string(),
  lastRequestAt: z.number().nullable(),
  requestsInFlight: z.number(),
  streams: z.number(),
  /** When it was written, in milliseconds since 1970. */
  at: z.number(),
});

/** The text that a router writes. */
export function writeActivity(routerId: string, activity: DoorActivity, now: number): string {
  const { lastRequestAt = null, requestsInFlight, streams } = activity;
  const written: z.infer<typeof writtenActivitySchema> = { routerId, lastRequestAt, requestsInFlight, streams, at: now };
  return JSON.stringify(written);
}

/**
 * All that routers wrote, together: the last request counts whoever met it, what is under way counts for routers that still write.
 * @param written The texts of {@link writeActivity}. Throws where one is none: on half the picture nobody should be put to sleep.
 * @param except A router whose own text does not count, because it knows better.
 */
export function sumActivity(written: readonly string[], now: number, except?: string): DoorActivity {
  const sum: DoorActivity = { lastRequestAt: undefined, requestsInFlight: 0, streams: 0 };
  for (const { routerId, at, lastRequestAt, ...underWay } of written.map(readWritten)) {
    if (routerId === except) continue;
    const isAlive = now - at <= activityAliveMs;
    addActivity(sum, {
      lastRequestAt: lastRequestAt ?? undefined,
      ...(isAlive ? underWay : { requestsInFlight: 0, streams: 0 }),
    });
  }
  return sum;
}

/** Adds what one router knows to the sum. */
export function addActivity(sum: DoorActivity, { lastRequestAt, requestsInFlight, streams }: DoorActivity): void {
  if (lastRequestAt !== undefined) sum.lastRequestAt = Math.max(sum.lastRequestAt ?? 0, lastRequestAt);
  sum.requestsInFlight += requestsInFlight;
  sum.streams += streams;
}

/** The routers whose texts are so old that they say nothing any more. A hash that is written all the time would keep them for ever. */
export function longGoneRouters(written: readonly string[], now: number): string[] {
  return written
    .map(readWritten)
    .filter(({ at }) => now - at > activityKeptMs)
    .map(({ routerId }) => routerId);
}

function readWritten(text: string): z.infer<typeof writtenActivitySchema> {
  return writtenActivitySchema.parse(JSON.parse(text));
}
