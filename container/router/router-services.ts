import type { BodyDeadlines } from './body-deadlines.ts';
import type { EventNotifier } from './event-notifier.ts';
import type { CallRates } from './fairness/call-rates.ts';
import type { Turns } from './fairness/turns.ts';
import type { HttpSseDoors } from './http-sse/http-sse-doors.ts';
import type { InstanceConnections } from './instance-connections.ts';
import type { LastRequests } from './last-requests.ts';
import type { RouterMetrics } from './metrics.ts';
import type { OpenExchanges } from './open-exchanges.ts';
import type { RouterLimits, RouterTiming } from './options.ts';
import type { PostAllowance } from './post-allowance.ts';
import type { RouteResolver } from './route-resolver.ts';
import type { KnownSessions } from './sessions/known-sessions.ts';
import type { SessionRestorer } from './sessions/restore-session.ts';
import type { SessionDirectory } from './sessions/session-directory.ts';
import type { SessionIds } from './sessions/session-id.ts';
import type { KeptAlive } from './stream-keeper.ts';
import type { HoldRoom } from './streamable-http/held-bytes.ts';
import type { StreamReopener } from './streamable-http/stream-reopener.ts';
import type { TokenVerifier } from './token-verifier.ts';
import type { TrafficMeter } from './traffic-meter.ts';
import type { UsageCounter } from './usage-counter.ts';

/** The parts of one router, made once and shared by all its exchanges. */
export interface RouterServices {
  readonly pathPrefix: string;
  readonly realm: string;
  readonly limits: RouterLimits;
  readonly timing: RouterTiming;
  readonly verifier: TokenVerifier;
  readonly resolver: RouteResolver;
  readonly connections: InstanceConnections;
  readonly sessions: SessionDirectory;
  readonly sessionIds: SessionIds;
  /** Finds the sessions that clients name, and judges whose they are. */
  readonly knownSessions: KnownSessions;
  /** Opens sessions of Streamable HTTP again at processes that do not know them. */
  readonly restorer: SessionRestorer;
  readonly lastRequests: LastRequests;
  readonly usage: UsageCounter;
  readonly events: EventNotifier;
  readonly metrics: RouterMetrics;
  readonly open: OpenExchanges;
  readonly posts: PostAllowance;
  readonly bodyDeadlines: BodyDeadlines;
  /** How often each may ask. */
  readonly rates: CallRates;
  /** Opens the streams of each instance in turns. */
  readonly streamTurns: Turns;
  readonly traffic: TrafficMeter;
  /** Event streams that are being written to clients; these are kept alive. */
  readonly eventStreams: Set<KeptAlive>;
  /** Where answers are held back until they are complete. */
  readonly holdRoom: HoldRoom;
  /** Brings standing streams back when their instance is. */
  readonly reopener: StreamReopener;
  /** Serves the doors `sse` and `messages`. */
  readonly httpSse: HttpSseDoors;
  readonly reportError: (error: unknown, requestId: string) => void;
}
