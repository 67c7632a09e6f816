const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;
const space = 0x20;

/** What a reader tells of the events that pass. */
export interface EventListener {
  /** A piece of the event's data. Line breaks between data lines are left out: JSON does not need them. */
  data(bytes: Uint8Array, start: number, end: number): void;
  /** A blank line: the event, or a block of comments, is complete. */
  eventEnd(): void;
}

/**
 * Follows a server-sent event stream (WHATWG HTML, section 9.2.6) while its bytes pass by in pieces of any size, without holding
 * them. All that has a meaning in the framing is ASCII, so a character cut in two does no harm.
 */
export class EventStreamReader {
  readonly #listener: EventListener;
  #atLineStart = true;
  #afterCarriageReturn = false;
  #fieldName = '';
  #inValue = false;
  #mayDropSpace = false;
  #betweenEvents = true;
  #sawEventId = false;

  constructor(listener: EventListener) {
    this.#listener = listener;
  }

  /** Whether something of our own may be put into the stream here without touching an event. */
  get betweenEvents(): boolean {
    return this.#betweenEvents;
  }

  /** Whether an event had an id, so that the client can resume the stream after it. */
  get sawEventId(): boolean {
    return this.#sawEventId;
  }

  push(bytes: Uint8Array): void {
    let index = 0;
    let nextReturn = bytes.indexOf(carriageReturn);
    while (index < bytes.length) {
      if (this.#afterCarriageReturn) {
        this.#afterCarriageReturn = false;
        if (bytes[index] === lineFeed) {
          index += 1;
          continue;
        }
      }
      if (nextReturn !== -1 && nextReturn < index) nextReturn = bytes.indexOf(carriageReturn, index);
      const nextFeed = bytes.indexOf(lineFeed, index);
      const lineEnd = nextReturn !== -1 && (nextFeed === -1 || nextReturn < nextFeed) ? nextReturn : nextFeed;
      const end = lineEnd === -1 ? bytes.length : lineEnd;
      if (end > index) this.#passLine(bytes, index, end);
      if (lineEnd === -1) return;
      this.#endLine();
      this.#afterCarriageReturn = bytes[lineEnd] === carriageReturn;
      index = lineEnd + 1;
    }
  }

  #passLine(bytes: Uint8Array, start: number, end: number): void {
    let index = start;
    if (this.#atLineStart) {
      this.#atLineStart = false;
      this.#betweenEvents = false;
      this.#fieldName = '';
      this.#inValue = false;
    }
    while (!this.#inValue && index < end) {
      const byte = bytes[index] as number;
      index += 1;
      if (byte === colon) {
        this.#inValue = true;
        this.#mayDropSpace = true;
      } else if (this.#fieldName.length <= 5) {
        this.#fieldName += String.fromCharCode(byte);
      }
    }
    if (index >= end) return;
    if (this.#mayDropSpace) {
      this.#mayDropSpace = false;
      if (bytes[index] === space) index += 1;
    }
    if (this.#fieldName === 'data' && index < end) this.#listener.data(bytes, index, end);
  }

  #endLine(): void {
    if (this.#atLineStart) {
      if (!this.#betweenEvents) {
        this.#betweenEvents = true;
        this.#listener.eventEnd();
      }
      return;
    }
    this.#atLineStart = true;
    if (this.#fieldName === 'id') this.#sawEventId = true;
  }
}
