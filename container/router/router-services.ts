import type { EventNotifier } from './event-notifier.ts';
import type { EventStreamAnswer } from './event-stream-answer.ts';
import type { InstanceConnections } from './instance-connections.ts';
import type { LastRequests } from './last-requests.ts';
import type { RouterMetrics } from './metrics.ts';
import type { OpenExchanges } from './open-exchanges.ts';
import type { RouterLimits, RouterTiming } from './options.ts';
import type { PostAllowance } from './post-allowance.ts';
import type { RouteResolver } from './route-resolver.ts';
import type { SessionDirectory, SessionStreams } from './sessions.ts';
import type { TokenVerifier } from './token-verifier.ts';
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
  readonly sessionStreams: SessionStreams;
  readonly lastRequests: LastRequests;
  readonly usage: UsageCounter;
  readonly events: EventNotifier;
  readonly metrics: RouterMetrics;
  readonly open: OpenExchanges;
  readonly posts: PostAllowance;
  /** Event streams that are being written to clients; these are kept alive. */
  readonly eventStreams: Set<EventStreamAnswer>;
  readonly reportError: (error: unknown, requestId: string) => void;
}
