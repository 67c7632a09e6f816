import type { VerifiedToken } from '../token-verifier.ts';
import { keyOfScope, type Scope, type ScopeLimits, scopes } from './scope.ts';

/** The standing streams of each token, instance and workspace, in the order in which they were opened. */
export class StreamCounts<Stream extends { readonly token: VerifiedToken }> {
  readonly #limits: ScopeLimits;
  readonly #streams: Record<Scope, Map<string, Set<Stream>>> = { token: new Map(), instance: new Map(), workspace: new Map() };

  constructor(limits: ScopeLimits) {
    this.#limits = limits;
  }

  /**
   * Adds the stream. Where its token, instance or workspace now has more than it may hold, answers that one's oldest stream, which is
   * to be closed. It is no longer counted, so one stream more never closes more than one.
   */
  add(stream: Stream): { oldest: Stream; scope: Scope } | undefined {
    for (const scope of scopes) {
      const streams = this.#streams[scope];
      const key = keyOfScope(scope, stream.token);
      const ofKey = streams.get(key);
      if (ofKey === undefined) streams.set(key, new Set([stream]));
      else ofKey.add(stream);
    }
    for (const scope of scopes) {
      const ofKey = this.#streams[scope].get(keyOfScope(scope, stream.token));
      if (ofKey === undefined || ofKey.size <= this.#limits[scope]) continue;
      for (const oldest of ofKey) {
        this.remove(oldest);
        return { oldest, scope };
      }
    }
    return undefined;
  }

  remove(stream: Stream): void {
    for (const scope of scopes) {
      const streams = this.#streams[scope];
      const key = keyOfScope(scope, stream.token);
      const ofKey = streams.get(key);
      if (ofKey?.delete(stream) === true && ofKey.size === 0) streams.delete(key);
    }
  }

  countOf(scope: Scope, token: VerifiedToken): number {
    return this.#streams[scope].get(keyOfScope(scope, token))?.size ?? 0;
  }
}
