import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/**
 * Lets the process behind a client end at its n-th request from now, before the request takes effect or after it. Answers how to let
 * the client live again.
 */
export function crashAt(client: DynamoDBClient, request: number, when: 'before' | 'after'): () => void {
  let requests = 0;
  const name = 'crash';
  client.middlewareStack.add(
    (next) => async (args) => {
      requests += 1;
      if (requests < request) return next(args);
      if (requests === request && when === 'after') await next(args);
      throw new Error('crashed');
    },
    { step: 'initialize', name },
  );
  return () => client.middlewareStack.remove(name);
}

/** Loses the first answer to each request, so that the SDK sends every one of them twice. Answers how to stop that. */
export function loseFirstAnswers(client: DynamoDBClient): () => void {
  const lost = new WeakSet<object>();
  const name = 'lost-answers';
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const answer = await next(args);
      if (lost.has(context)) return answer;
      lost.add(context);
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    },
    { step: 'finalizeRequest', priority: 'low', name },
  );
  return () => client.middlewareStack.remove(name);
}
