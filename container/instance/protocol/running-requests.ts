import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { RequestTable } from './request-table.ts';

interface RunningRequest {
  controller: AbortController;
  outlivesClient: boolean;
}

/**
 * The requests of one session whose handlers run. The protocol engine has such a table of its own, but that one stops everything when
 * a session ends, writes that are half done included, and takes no cancellation of the request with id 0.
 */
export class RunningRequests {
  readonly #running = new RequestTable<RunningRequest>();

  /** Runs a handler. @param outlivesClient Whether it goes on when the session ends. */
  async run<T>(id: RequestId, outlivesClient: boolean, handle: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const request: RunningRequest = { controller: new AbortController(), outlivesClient };
    this.#running.set(id, request);
    try {
      return await handle(request.controller.signal);
    } finally {
      // The id may have been given to a later request, after this one was cancelled.
      if (this.#running.get(id) === request) this.#running.delete(id);
    }
  }

  /** Stops a request, whatever it does: its client says so. */
  cancel(id: RequestId): void {
    this.#running.get(id)?.controller.abort();
  }

  /** Stops what need not outlive the session. */
  end(): void {
    for (const { controller, outlivesClient } of this.#running.values()) if (!outlivesClient) controller.abort();
  }
}
