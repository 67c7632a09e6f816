import { ECSClient, type ECSClientConfig } from '@aws-sdk/client-ecs';

/**
 * Requests of one kind that are under way at the same time, at most, from one program. The rates ECS allows hold for a whole account and
 * region: twenty launches a second on Fargate, and about as many of most other requests
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/throttling.html). A request takes some tenths of a second.
 */
const mostAtOnce: Readonly<Record<string, number>> = { RunTaskCommand: 8, RegisterTaskDefinitionCommand: 1 };
const usuallyAtOnce = 4;

/**
 * A client of ECS that stays within what ECS allows: few requests at a time, and after a refusal for their rate fewer a second, with
 * pauses that grow and are random, so that many programs do not come back together (the SDK's `adaptive` mode). Retries of RunTask carry
 * the same client token, so a lost answer starts nothing twice.
 */
export function createEcsClient(settings: ECSClientConfig = {}): ECSClient {
  const client = new ECSClient({
    maxAttempts: 6,
    retryMode: 'adaptive',
    requestHandler: { connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true },
    ...settings,
  });
  const lanes = new Map<string, Lane>();
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (request) => {
        const lane = lanes.get(commandName) ?? new Lane(mostAtOnce[commandName] ?? usuallyAtOnce);
        lanes.set(commandName, lane);
        return lane.run(() => next(request));
      },
    { step: 'initialize', name: 'limitConcurrency' },
  );
  return client;
}

/** Lets so many through at a time; the others wait in their order. */
class Lane {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(width: number) {
    this.#free = width;
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
