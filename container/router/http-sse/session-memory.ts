import { whenReady } from '../maybe-promise.ts';
import type { RouterServices } from '../router-services.ts';
import { incarnationOf, type SessionRecord } from '../sessions/session-record.ts';
import { recordChanges, type SessionChange } from '../sessions/session-recorder.ts';
import type { Upstream } from './upstream.ts';

/** Keeps a session's record true, and in the directory, from which it can be opened again. */
export class SessionMemory {
  readonly #services: RouterServices;
  readonly #record: SessionRecord;

  constructor(services: RouterServices, record: SessionRecord) {
    this.#services = services;
    this.#record = record;
  }

  /** The client changed the session. */
  note(changes: readonly SessionChange[]): void {
    if (recordChanges(this.#record, changes)) this.put();
  }

  /** That process knows the session now. */
  noteProcess({ target }: Upstream): void {
    const incarnation = incarnationOf(target);
    if (this.#record.incarnation === incarnation) return;
    this.#record.incarnation = incarnation;
    if (this.#record.handshake !== undefined) this.put();
  }

  put(): void {
    const failed = (error: unknown) => this.#services.reportError(error, '');
    whenReady(() => this.#services.sessions.put(this.#record), ignore, failed);
  }
}

function ignore(): void {}
