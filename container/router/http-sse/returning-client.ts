import type { RpcId } from '../refusal.ts';
import type { ClientTraits } from './client-traits.ts';

/** A session that waits for its client, as far as it matters for telling whose it is. */
export interface ParkedView {
  readonly traits: ClientTraits;
  /** Whether its client waits for something, or something for its client. */
  readonly isAwaited: boolean;
  /** By `performance.now()`. */
  readonly cutAt: number;
  /** When its client said something last, by `performance.now()`; 0 where it has not. */
  readonly saidAt: number;
  /** Requests for whose answers the client waits, and whether they may be made again. */
  awaitedRequests(): ReadonlyMap<RpcId, boolean>;
}

/** Which session a client means that comes back without naming it. */
export type Recognition<Session> =
  /** `others` could have been meant, too, but nobody waits for anything in them. */
  | { kind: 'recognised'; session: Session; others: readonly Session[] }
  /** It is one of several, and must not get what belongs to another one. `lost`: what it waits for, where that is the same for all. */
  | { kind: 'ambiguous'; like: Session; lost: ReadonlyMap<RpcId, boolean> }
  | { kind: 'unknown' };

/**
 * Recognises a client that has initialized before, says so by the header `mcp-protocol-version`, and says nothing else. Where one
 * session alone is waited for, it is that one: programs that come back do so because they wait for something, while the sessions of
 * those that have finished (n8n opens one for every execution) stay behind. Between several that are waited for nobody guesses.
 */
export function recogniseClient<Session extends ParkedView>(
  traits: ClientTraits,
  parked: Iterable<Session>,
): Recognition<Session> {
  const alike = [...parked].filter(
    (session) => hasSameProgram(session.traits, traits) && session.traits.protocolVersion === traits.protocolVersion,
  );
  const near = alike.filter((session) => session.traits.address === traits.address);
  const candidates = near.length > 0 ? near : alike;
  const awaited = candidates.filter(({ isAwaited }) => isAwaited);
  const session = lastCut(awaited) ?? lastCut(candidates);
  if (session === undefined) return { kind: 'unknown' };
  if (awaited.length <= 1) return { kind: 'recognised', session, others: candidates.filter((other) => other !== session) };
  return { kind: 'ambiguous', like: session, lost: commonRequests(awaited.map((each) => each.awaitedRequests())) };
}

function lastCut<Session extends ParkedView>(sessions: readonly Session[]): Session | undefined {
  return sessions.reduce<Session | undefined>(
    (latest, session) => (latest === undefined || session.cutAt >= latest.cutAt ? session : latest),
    undefined,
  );
}

/** How long after it was last heard of a client counts as back that says nothing of having been there, in milliseconds. */
const silentReturnMs = 10_000;

/**
 * The one session to which a client may belong that says nothing of having been there before, as old ones do: of the same program at
 * the same address, cut a moment before the client came, and waiting for an answer. `undefined` where there is none or more than one.
 * @param openedAt When the client's stream was opened, by `performance.now()`.
 */
export function recogniseSilentClient<Session extends ParkedView>(
  traits: ClientTraits,
  parked: Iterable<Session>,
  openedAt: number,
): Session | undefined {
  const candidates = [...parked].filter((session) => session.isAwaited && isSameClientPossible(session, traits, openedAt));
  return candidates.length === 1 ? candidates[0] : undefined;
}

/**
 * The session of such a client that begins with something else than a handshake, so it has made its own before: the one that is waited
 * for, or, where nobody waits, the one that was cut last. `undefined` where there is none, or several are waited for.
 * @param requestIds What the client asks for now. Nobody uses the id of a request again that is under way.
 */
export function recogniseUnintroduced<Session extends ParkedView>(
  traits: ClientTraits,
  parked: Iterable<Session>,
  openedAt: number,
  requestIds: readonly RpcId[],
): Session | undefined {
  const candidates = [...parked].filter((session) => {
    if (session.traits.protocolVersion === undefined || !isSameClientPossible(session, traits, openedAt)) return false;
    const awaited = session.awaitedRequests();
    return !requestIds.some((id) => awaited.has(id));
  });
  const awaited = candidates.filter(({ isAwaited }) => isAwaited);
  return awaited.length > 1 ? undefined : (awaited[0] ?? lastCut(candidates));
}

/** Whether the session can be that of a client that says nothing of itself. */
export function isSameClientPossible({ traits, cutAt, saidAt }: ParkedView, client: ClientTraits, openedAt: number): boolean {
  return (
    hasSameProgram(traits, client) &&
    traits.address === client.address &&
    cutAt <= openedAt &&
    openedAt - Math.max(cutAt, saidAt) <= silentReturnMs
  );
}

function hasSameProgram(one: ClientTraits, other: ClientTraits): boolean {
  return one.tokenHash === other.tokenHash && one.userAgent === other.userAgent;
}

/** The requests, where all wait for the same. One that must not be made again for some of them must not be for any. */
function commonRequests(awaited: readonly ReadonlyMap<RpcId, boolean>[]): ReadonlyMap<RpcId, boolean> {
  const common = new Map(awaited[0]);
  for (const requests of awaited) {
    if (requests.size !== common.size) return new Map();
    for (const [id, mayRepeat] of requests) {
      if (!common.has(id)) return new Map();
      if (!mayRepeat) common.set(id, false);
    }
  }
  return common;
}
