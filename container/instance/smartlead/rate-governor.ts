/** Response headers, names in lower case. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Decides when the next request to Smartlead may leave. One governor serves one API key: everything that uses the key shares its
 * limits. It is all asynchronous, so that one behind a shared store can take the place of the one in memory.
 */
export interface RateGovernor {
  /**
   * Waits until a request may leave.
   * @param wait.deadline Unix time in milliseconds; where the turn would come later, the call is refused at once.
   * @param wait.session Calls of different sessions take turns, so that none can starve another.
   * @throws SmartleadError `rate_limit_queue_full` with `retryAfter`, or `cancelled`.
   */
  acquire(wait: { deadline: number; signal: AbortSignal; session: string }): Promise<void>;
  /** Learns from an answer: its limits, or that Smartlead wants a pause of so many seconds. */
  observe(answer: { headers: AnswerHeaders; pauseSeconds?: number }): void;
  /** How things stand, for metrics. */
  state(): RateGovernorState;
}

export interface RateGovernorState {
  /** Calls that wait for their turn. */
  waiting: number;
  /** What is kept to; missing where there is no limit. */
  limit?: RateLimit & {
    /** Whether the limit came from Smartlead's headers. */
    learned: boolean;
  };
  /** Requests that left within the last 60 seconds. */
  usedLastMinute: number;
  /** Requests that may still leave within the present minute, or hour where that is less. */
  remaining?: number;
  /** Seconds until anything may leave again, after Smartlead asked for a pause; 0 without one. */
  pausedSeconds: number;
}

export interface RateLimit {
  perSecond: number;
  perMinute: number;
  /** Missing where no limit of an hour is known. */
  perHour?: number;
}
