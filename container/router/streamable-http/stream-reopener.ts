const firstPauseMs = 20;
/** Streams that are opened again at once, and the pause between two such groups: an instance that just came has other things to do, too. */
const groupSize = 25;
const groupPauseMs = 10;

/** A client's stream that has lost its instance. */
export interface ReopenableStream {
  /** Looks where the instance is, and opens the stream there, or waits again. */
  look(): void;
}

interface Waiting {
  streams: Set<ReopenableStream>;
  pauseMs: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Brings standing streams back when their instance is. Of all streams that wait for one instance, one looks for it every now and then;
 * as soon as that one is open, or the platform says that the instance came, the others follow a few at a time.
 */
export class StreamReopener {
  readonly #byInstance = new Map<string, Waiting>();
  readonly #longestPauseMs: number;

  /** @param longestPauseMs Between two looks for an instance that nobody has said has come. */
  constructor(longestPauseMs: number) {
    this.#longestPauseMs = longestPauseMs;
  }

  wait(instanceId: string, stream: ReopenableStream): void {
    let waiting = this.#byInstance.get(instanceId);
    if (waiting === undefined) {
      waiting = { streams: new Set(), pauseMs: firstPauseMs, timer: undefined };
      this.#byInstance.set(instanceId, waiting);
    }
    waiting.streams.add(stream);
    this.#scheduleLook(instanceId, waiting);
  }

  forget(instanceId: string, stream: ReopenableStream): void {
    const waiting = this.#byInstance.get(instanceId);
    if (waiting?.streams.delete(stream) === true) this.#dropEmpty(instanceId, waiting);
  }

  /** The instance is there: whoever waits for it looks now. */
  came(instanceId: string): void {
    const waiting = this.#byInstance.get(instanceId);
    if (waiting === undefined) return;
    waiting.pauseMs = firstPauseMs;
    this.#release(instanceId, waiting);
  }

  stop(): void {
    for (const { timer } of this.#byInstance.values()) clearTimeout(timer);
    this.#byInstance.clear();
  }

  #scheduleLook(instanceId: string, waiting: Waiting): void {
    if (waiting.timer !== undefined) return;
    waiting.timer = setTimeout(() => {
      waiting.timer = undefined;
      waiting.pauseMs = Math.min(this.#longestPauseMs, 2 * waiting.pauseMs);
      this.#take(waiting, 1);
      if (waiting.streams.size > 0) this.#scheduleLook(instanceId, waiting);
    }, waiting.pauseMs);
    waiting.timer.unref();
  }

  #release(instanceId: string, waiting: Waiting): void {
    clearTimeout(waiting.timer);
    waiting.timer = undefined;
    this.#take(waiting, groupSize);
    if (waiting.streams.size === 0 || waiting.timer !== undefined) return;
    waiting.timer = setTimeout(() => this.#release(instanceId, waiting), groupPauseMs);
    waiting.timer.unref();
  }

  #take(waiting: Waiting, most: number): void {
    const taken = [...waiting.streams].slice(0, most);
    for (const stream of taken) waiting.streams.delete(stream);
    for (const stream of taken) stream.look();
  }

  #dropEmpty(instanceId: string, waiting: Waiting): void {
    if (waiting.streams.size > 0) return;
    clearTimeout(waiting.timer);
    this.#byInstance.delete(instanceId);
  }
}
