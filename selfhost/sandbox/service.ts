import { type Answer, jsonAnswer, operationAnswer, proxyFailure, rateLimitHeaders, unknownRoute } from './answer.ts';
import { checkApiKey, refusedKeyBodies } from './api-key.ts';
import type { FaultMode, Faults } from './faults.ts';
import { handlerOf } from './handlers.ts';
import { decodePath, type Incoming, parseBody } from './incoming.ts';
import { rateLimitBody } from './rate-limit.ts';
import { Refusal } from './refusal.ts';
import type { RequestLog } from './request-log.ts';
import { findRoute, type RouteMatch } from './routes.ts';
import type { Account } from './state/account.ts';
import type { Accounts } from './state/accounts.ts';
import { validate } from './validator.ts';

/** How a request ends: answered, cut off, or never answered at all. */
export type Outcome = { answer: Answer } | 'cut' | 'silence';

export interface SandboxParts {
  accounts: Accounts;
  faults: Faults;
  log: RequestLog;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** Handles one request completely, apart from the connection it came over: key, rate limit, route, validator, operation. */
export function handle(parts: SandboxParts, incoming: Incoming, bytes: Buffer): Outcome {
  const { host } = incoming;
  if (host === undefined) return { answer: unknownRoute(incoming.method, incoming.shownPath) };
  const route = findRoute(host, incoming.method, incoming.path);
  const outcome = decide(parts, incoming, route, bytes);
  const { method, path, query } = incoming;
  const status = typeof outcome === 'string' ? undefined : outcome.answer.status;
  parts.log.add({ method, host, path, query, body: recordable(bytes), operation: route?.operation.id, status }, bytes.length);
  return outcome;
}

function decide(parts: SandboxParts, incoming: Incoming, route: RouteMatch | undefined, bytes: Buffer): Outcome {
  const fault = parts.faults.take(route?.operation.id);
  if (fault === 'reset') return 'cut';
  if (fault === 'timeout') return 'silence';
  if (fault === 'html') return { answer: proxyFailure };
  const key = checkApiKey(incoming.apiKey);
  if (key.outcome !== 'accepted') return { answer: jsonAnswer(401, refusedKeyBodies[key.outcome]) };
  const now = parts.now();
  const account = parts.accounts.open(incoming.apiKey ?? '', key.tier, now);
  const verdict = account.rateLimit.consume(now);
  const answer = verdict.allowed
    ? (faultAnswer(fault) ?? perform(account, incoming, route, bytes, now))
    : jsonAnswer(429, rateLimitBody(verdict.retryAfterSeconds));
  if (fault === 'drop-after-apply') return 'cut';
  return { answer: { ...answer, headers: { ...rateLimitHeaders(verdict), ...answer.headers } } };
}

function faultAnswer(fault: FaultMode | undefined): Answer | undefined {
  switch (fault) {
    case '500':
      return jsonAnswer(500, { message: 'Internal Server Error' });
    case '503':
      return jsonAnswer(503, { message: 'Service Unavailable' });
    case '429': {
      const answer = jsonAnswer(429, rateLimitBody(1));
      return { ...answer, headers: { ...answer.headers, 'retry-after': '1' } };
    }
    default:
      return undefined;
  }
}

function perform(account: Account, incoming: Incoming, route: RouteMatch | undefined, bytes: Buffer, now: number): Answer {
  const handler = route === undefined ? undefined : handlerOf(route.operation.id);
  if (route === undefined || handler === undefined) return unknownRoute(incoming.method, incoming.shownPath);
  try {
    const { operation } = route;
    const body = incoming.method === 'GET' ? undefined : parseBody(bytes);
    const valid = validate(operation, { path: decodePath(route.path), query: incoming.query, body });
    if (operation.effects.includes('write')) account.chargeStorage(bytes.length);
    return operationAnswer(handler({ operation, account, now, ...valid }));
  } catch (error) {
    if (error instanceof Refusal) return jsonAnswer(error.status, error.body);
    throw error;
  }
}

function recordable(bytes: Buffer): unknown {
  try {
    return parseBody(bytes);
  } catch {
    return bytes.toString('utf8');
  }
}
