const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;
const space = 0x20;
/** Longer ids are not remembered: nobody could send them back in a header. */
const maxIdLength = 500;

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
  #lastEventId: string | undefined;
  /** The id of the event that is passing. */
  #eventId: string | undefined;
  /** The value of an `id` field, as far as it has passed. */
  #idText = '';
  #eventsEnd = 0;

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

  /** The id of the last complete event that had one; `undefined` where there was none, or a longer one than anybody makes. */
  get lastEventId(): string | undefined {
    return this.#lastEventId;
  }

  /** How many of the bytes pushed last belong to events that are complete. */
  get eventsEnd(): number {
    return this.#eventsEnd;
  }

  push(bytes: Uint8Array): void {
    this.#eventsEnd = 0;
    this.#readLines(bytes);
    if (this.#betweenEvents) this.#eventsEnd = bytes.length;
  }

  #readLines(bytes: Uint8Array): void {
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
      this.#endLine(lineEnd + 1);
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
    if (index >= end) return;
    if (this.#fieldName === 'data') this.#listener.data(bytes, index, end);
    else if (this.#fieldName === 'id' && this.#idText.length <= maxIdLength) {
      for (; index < end; index += 1) this.#idText += String.fromCharCode(bytes[index] as number);
    }
  }

  #endLine(nextLineStart: number): void {
    if (this.#atLineStart) {
      if (!this.#betweenEvents) {
        this.#betweenEvents = true;
        this.#eventsEnd = nextLineStart;
        this.#lastEventId = this.#eventId ?? this.#lastEventId;
        this.#eventId = undefined;
        this.#listener.eventEnd();
      }
      return;
    }
    this.#atLineStart = true;
    if (this.#fieldName !== 'id') return;
    this.#sawEventId = true;
    this.#eventId = this.#idText.length <= maxIdLength ? this.#idText : undefined;
    this.#idText = '';
  }
}
