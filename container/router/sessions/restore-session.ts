import { sessionIdHeader } from '../../../core/data-plane-headers.ts';
import { askInstance, type InstanceAnswer } from '../ask-instance.ts';
import type { InstanceConnections, InstanceFailure } from '../instance-connections.ts';
import type { RouteTarget } from '../ports.ts';
import type { SessionDirectory } from './session-directory.ts';
import { incarnationOf, type SessionRecord } from './session-record.ts';
import { replayedInitialize, replayedMessages } from './session-recorder.ts';

/** What became of an attempt to open a session again. */
export type RestoreOutcome =
  | 'restored'
  /** The process cannot be asked, or is going away: another one, or the same a little later, can. */
  | 'not-reached'
  /** The process does not open this session: its handshake is not known any more or not accepted. */
  | 'refused';

export interface SessionRestorerOptions {
  connections: InstanceConnections;
  sessions: SessionDirectory;
  pathPrefix: string;
  /** Milliseconds that a process may take for each message. */
  timeoutMs: number;
  reportError(error: unknown): void;
}

const maxRemembered = 10_000;

/**
 * Opens sessions of Streamable HTTP again, at a process that does not know them, by what their records say: the client's handshake
 * under the same id, and what it changed since. All that wait for one session share one attempt.
 */
export class SessionRestorer {
  readonly #options: SessionRestorerOptions;
  readonly #running = new Map<string, Promise<RestoreOutcome>>();
  /** When sessions were last opened again, by session and process, in `performance.now()` time. */
  readonly #restoredAt = new Map<string, number>();

  constructor(options: SessionRestorerOptions) {
    this.#options = options;
  }

  /**
   * Opens the session at the process. Never rejects.
   * @param missedAt When a request was sent to which the process answered that it does not know the session. A session that was
   * opened again since then is not opened once more: that would end what runs in it.
   */
  restore(record: SessionRecord, target: RouteTarget, missedAt = Number.POSITIVE_INFINITY): Promise<RestoreOutcome> {
    const key = `${record.id} ${incarnationOf(target)}`;
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    if ((this.#restoredAt.get(key) ?? Number.NEGATIVE_INFINITY) > missedAt) return Promise.resolve('restored');
    const attempt = this.#replay(record, target, key)
      .catch((error: unknown): RestoreOutcome => {
        this.#options.reportError(error);
        return 'refused';
      })
      .finally(() => this.#running.delete(key));
    this.#running.set(key, attempt);
    return attempt;
  }

  async #replay(record: SessionRecord, target: RouteTarget, key: string): Promise<RestoreOutcome> {
    const initialize = replayedInitialize(record);
    if (initialize === undefined) return 'refused';
    const opened = outcomeOf(await this.#post(record, target, initialize, [sessionIdHeader, record.id]));
    if (opened !== 'restored') return opened;
    for (const message of replayedMessages(record)) {
      const outcome = outcomeOf(await this.#post(record, target, message, ['mcp-session-id', record.id]));
      // What the new process does not offer any more cannot be had back; the session goes on without it.
      if (outcome === 'not-reached') return outcome;
    }
    record.incarnation = incarnationOf(target);
    this.#remember(key);
    await this.#options.sessions.put(record);
    return 'restored';
  }

  #post(
    record: SessionRecord,
    target: RouteTarget,
    message: Record<string, unknown>,
    sessionHeader: string[],
  ): Promise<InstanceAnswer | InstanceFailure> {
    const { connections, pathPrefix, timeoutMs } = this.#options;
    const headers = [
      'authorization',
      `Bearer ${target.accessToken}`,
      'x-forwarded-prefix',
      pathPrefix + record.instanceId,
      'content-type',
      'application/json',
      'accept',
      'application/json, text/event-stream',
      ...sessionHeader,
    ];
    const body = Buffer.from(JSON.stringify(message));
    return askInstance(connections, target, { method: 'POST', path: '/mcp', headers, body, isStream: false }, timeoutMs);
  }

  #remember(key: string): void {
    this.#restoredAt.delete(key);
    this.#restoredAt.set(key, performance.now());
    if (this.#restoredAt.size <= maxRemembered) return;
    const oldest = this.#restoredAt.keys().next();
    if (!oldest.done) this.#restoredAt.delete(oldest.value);
  }
}

function outcomeOf(answer: InstanceAnswer | InstanceFailure): RestoreOutcome {
  if (typeof answer === 'string') return 'not-reached';
  const { status } = answer;
  if (status < 300) return 'restored';
  // 401 and 403 refuse the router: the route is older than the process. 503: it is going away, or busy.
  return status === 401 || status === 403 || status >= 500 ? 'not-reached' : 'refused';
}
