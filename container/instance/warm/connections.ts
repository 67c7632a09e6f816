import type { Socket } from 'node:net';

const mostConnections = 32;
const longestLifeMs = 10_000;

/**
 * The connections to a process that waits for its assignment. Those who may talk to it are done within milliseconds, so a connection
 * that is slow, silent or one of too many is closed, the oldest first: a stranger on the network can neither use up this process nor
 * keep the control plane out for long.
 */
export class WarmConnections {
  readonly #timers = new Map<Socket, NodeJS.Timeout>();

  add(socket: Socket): void {
    const [oldest] = this.#timers.keys();
    if (oldest !== undefined && this.#timers.size >= mostConnections) this.#close(oldest);
    this.#timers.set(
      socket,
      setTimeout(() => this.#close(socket), longestLifeMs),
    );
    socket.once('close', () => this.#forget(socket));
  }

  /** Closes all others and lets this one live as long as it likes. */
  closeAllBut(kept: Socket): void {
    for (const socket of this.#timers.keys()) if (socket !== kept) this.#close(socket);
    this.#forget(kept);
  }

  #close(socket: Socket): void {
    this.#forget(socket);
    socket.destroy();
  }

  #forget(socket: Socket): void {
    clearTimeout(this.#timers.get(socket));
    this.#timers.delete(socket);
  }
}
