import type { RpcId } from '../refusal.ts';
import type { ClientTraits } from './client-traits.ts';
import type { AwaitedRequests, UnsettledWaits } from './unsettled-waits.ts';

/** A session that waits for its client, as far as it matters for telling whose it is. */
export interface ParkedView {
  readonly id: string;
  readonly traits: ClientTraits;
  /** Whether its client waits for something, or something for its client. */
  readonly isAwaited: boolean;
  /** By `performance.now()`. */
  readonly cutAt: number;
  /** When its client said something last, by `performance.now()`; 0 where it has not. */
  readonly saidAt: number;
  /** Its client may have come back and been taken for that of another session, so whoever comes next may be another one, too. */
  isDoubtful: boolean;
  /** What its client may wait for in other sessions. */
  readonly unsettled: UnsettledWaits;
  /** Requests for whose answers the client waits. */
  awaitedRequests(): AwaitedRequests;
}

/** `others` could have been meant, too, but nobody waits for anything in them. */
export interface Recognised<Session> {
  session: Session;
  others: readonly Session[];
}

/** Which session a client means that comes back without naming it. */
export type Recognition<Session> =
  | ({ kind: 'recognised' } & Recognised<Session>)
  /**
   * It is one of several, and must not get what belongs to another one. `lost`: what it waits for, where that is the same for all.
   * `candidates`: all that could have been meant.
   */
  | { kind: 'ambiguous'; like: Session; candidates: readonly Session[]; lost: ReadonlyMap<RpcId, boolean> }
  | { kind: 'unknown' };

/**
 * Recognises a client that has initialized before, says so by the header `mcp-protocol-version`, and says nothing else. Where one
 * session alone is waited for, it is that one: programs that come back do so because they wait for something, while the sessions of
 * those that have finished (n8n opens one for every execution) stay behind. Between several that are waited for nobody guesses. A client
 * whose session was taken by another one that way is one more that is waited for.
 * @param isComplete Whether these are all that are parked: otherwise another one may be waited for that nobody knows of here.
 */
export function recogniseClient<Session extends ParkedView>(
  traits: ClientTraits,
  parked: Iterable<Session>,
  isComplete = true,
): Recognition<Session> {
  const alike = [...parked].filter(
    (session) => hasSameProgram(session.traits, traits) && session.traits.protocolVersion === traits.protocolVersion,
  );
  const near = alike.filter((session) => session.traits.address === traits.address);
  const candidates = near.length > 0 ? near : alike;
  const awaited = candidates.filter(({ isAwaited }) => isAwaited);
  const like = lastCut(awaited) ?? lastCut(candidates);
  if (like === undefined) return { kind: 'unknown' };
  const mistakable = awaited.length === 1 ? mistakableRequests(like, candidates) : [];
  const isOnlyOne = awaited.length === 0 || (awaited.length === 1 && isComplete);
  if (isOnlyOne && mistakable.length === 0) return { kind: 'recognised', ...oneOf(candidates, like) };
  const lost = isComplete ? commonRequests([...awaited.map((each) => each.awaitedRequests()), ...mistakable]) : new Map();
  return { kind: 'ambiguous', like, candidates, lost };
}

function oneOf<Session>(candidates: readonly Session[], session: Session): Recognised<Session> {
  return { session, others: candidates.filter((other) => other !== session) };
}

/**
 * What a client that is one of several may wait for elsewhere, and would take from this session: it could be one whose own session was
 * given to another. Where there is but one it is the one that was here last, and waits for what it asked for here.
 */
function mistakableRequests(session: ParkedView, candidates: readonly ParkedView[]): AwaitedRequests[] {
  if (candidates.length === 1) return [];
  const awaited = session.awaitedRequests();
  return candidates.flatMap(({ unsettled }) => unsettled.mistakable(session.id, awaited));
}

/**
 * A client was given the session, and may be that of one of the others: whoever comes back for one of them may wait for what was asked
 * for in this one.
 * @param until When that one gives up by itself, by `performance.now()`.
 */
export function noteUncertainty<Session extends ParkedView>({ session, others }: Recognised<Session>, until: number): void {
  const requests = session.awaitedRequests();
  for (const { isDoubtful, unsettled } of others) {
    session.isDoubtful ||= isDoubtful;
    session.unsettled.addAll(unsettled);
  }
  for (const other of others) {
    other.isDoubtful = true;
    other.unsettled.addAll(session.unsettled);
    other.unsettled.add(session.id, requests, until);
  }
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
): Recognised<Session> | undefined {
  const candidates = [...parked].filter((session) => isSameClientPossible(session, traits, openedAt));
  return onlyAwaited(candidates);
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
): Recognised<Session> | undefined {
  const candidates = [...parked].filter((session) => {
    if (session.traits.protocolVersion === undefined || !isSameClientPossible(session, traits, openedAt)) return false;
    const awaited = session.awaitedRequests();
    return !requestIds.some((id) => awaited.has(id));
  });
  if (candidates.some(({ isAwaited }) => isAwaited)) return onlyAwaited(candidates);
  const session = lastCut(candidates);
  return session === undefined ? undefined : oneOf(candidates, session);
}

function onlyAwaited<Session extends ParkedView>(candidates: readonly Session[]): Recognised<Session> | undefined {
  const [session, second] = candidates.filter(({ isAwaited }) => isAwaited);
  if (session === undefined || second !== undefined || mistakableRequests(session, candidates).length > 0) return undefined;
  return oneOf(candidates, session);
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

/**
 * The requests, where all wait for the same, and whether they may be made again. One that must not be for some of them must not be for
 * any.
 */
function commonRequests(awaited: readonly AwaitedRequests[]): ReadonlyMap<RpcId, boolean> {
  const [first, ...others] = awaited;
  const common = new Map<RpcId, boolean>();
  for (const [id, { mayRepeat }] of first ?? []) common.set(id, mayRepeat);
  for (const requests of others) {
    if (requests.size !== common.size) return new Map();
    for (const [id, { mayRepeat }] of requests) {
      if (!common.has(id)) return new Map();
      if (!mayRepeat) common.set(id, false);
    }
  }
  return common;
}
