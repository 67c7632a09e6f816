import type { AuthClient, Session } from './auth-client.ts';

/** The session as the screens see it. */
export interface SessionState extends Pick<AuthClient, 'session' | 'sessionEnded' | 'subscribe'> {
  /** `ended` where a session that is no more is over without anybody having signed out. */
  change(next: Session | undefined, why?: 'ended'): void;
}

/** Nobody is signed in at first. */
export function createSessionState(): SessionState {
  let session: Session | undefined;
  let ended = false;
  const listeners = new Set<() => void>();
  return {
    session: () => session,
    sessionEnded: () => ended,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    change: (next, why) => {
      const isEnd = next === undefined && why === 'ended';
      // The same session with a renewed token is no news to the screens.
      if (JSON.stringify(next) === JSON.stringify(session) && (ended || !isEnd)) return;
      ended = isEnd;
      session = next;
      for (const listener of listeners) listener();
    },
  };
}
