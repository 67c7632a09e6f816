import type { RpcId } from './refusal.ts';

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;
const letterT = 0x74;

/** Longer ids are not followed; nobody sends them. */
const maxIdBytes = 1024;
/** From this length on, searching for the end of a string is quicker than reading it. */
const shortString = 32;
/** No longer key matters: `id`, `result`, `error`, `method`, `isError`. */
const maxKeyLength = 7;

/**
 * Finds out which request a JSON-RPC response answers, while its bytes pass by in pieces of any size: the `id` of the message and
 * whether it holds a `result` or an `error`; a tool's result that says `"isError": true` is an error too. Keeps nothing of the content. Understands a single message and a batch; whatever is
 * neither leaves it silent.
 */
export class AnswerScanner {
  readonly #onAnswer: (id: RpcId, isError: boolean) => void;
  #depth = 0;
  /** Depth inside a message: 1, or 2 in a batch. */
  #messageDepth = 1;
  #inString = false;
  #escaped = false;
  /** The next string at message depth is a key. */
  #expectKey = false;
  #inKey = false;
  #key = '';
  /** The value of `id` is passing. */
  #inId = false;
  #idBytes: number[] = [];
  #hasResult = false;
  #hasError = false;
  /** The value of `result` is passing; within it, the value of `isError`. */
  #inResult = false;
  #inIsError = false;
  #saysIsError = false;

  constructor(onAnswer: (id: RpcId, isError: boolean) => void) {
    this.#onAnswer = onAnswer;
  }

  /** Makes ready for a new body or event. */
  reset(): void {
    this.#depth = 0;
    this.#messageDepth = 1;
    this.#inString = false;
    this.#escaped = false;
    this.#startMessage();
  }

  push(bytes: Uint8Array, start = 0, end = bytes.length): void {
    let index = start;
    while (index < end) {
      if (this.#inString) {
        index = this.#passString(bytes, index, end);
        continue;
      }
      const byte = bytes[index] as number;
      index += 1;
      if (byte === quote) this.#openString();
      else if (byte === openBrace || byte === openBracket) this.#open(byte);
      else if (byte === closeBrace || byte === closeBracket) this.#close(byte);
      else if (this.#depth === this.#messageDepth) this.#passToken(byte);
      else if (this.#inResult && this.#depth === this.#messageDepth + 1) this.#passResultToken(byte);
    }
  }

  #passString(bytes: Uint8Array, start: number, end: number): number {
    let index = start;
    const keeps = this.#inKey || this.#inId;
    // Most strings are short, but those of tools' answers can be most of a body: these are not read byte by byte.
    const searchFrom = keeps ? end : Math.min(end, start + shortString);
    while (index < end) {
      if (index >= searchFrom && !this.#escaped) return this.#skipString(bytes, index, end);
      const byte = bytes[index] as number;
      index += 1;
      if (this.#escaped) this.#escaped = false;
      else if (byte === backslash) this.#escaped = true;
      else if (byte === quote) {
        this.#inString = false;
        this.#inKey = false;
        if (this.#inId) this.#idBytes.push(byte);
        return index;
      }
      if (keeps) this.#keep(byte);
    }
    return index;
  }

  /** Goes to the end of a string that nothing is kept of. What is before `from` is neither an escape that holds nor a quote. */
  #skipString(bytes: Uint8Array, from: number, end: number): number {
    const within = end === bytes.length ? bytes : bytes.subarray(0, end);
    let closing = within.indexOf(quote, from);
    while (closing !== -1) {
      if (!isEscaped(bytes, from, closing)) {
        this.#inString = false;
        return closing + 1;
      }
      closing = within.indexOf(quote, closing + 1);
    }
    this.#escaped = isEscaped(bytes, from, end);
    return end;
  }

  #keep(byte: number): void {
    if (this.#inKey) {
      if (this.#key.length <= maxKeyLength) this.#key += String.fromCharCode(byte);
    } else if (this.#idBytes.length < maxIdBytes) {
      this.#idBytes.push(byte);
    }
  }

  #openString(): void {
    this.#inString = true;
    const inResult = this.#inResult && this.#depth === this.#messageDepth + 1;
    if (this.#depth !== this.#messageDepth && !inResult) return;
    if (this.#expectKey) {
      this.#inKey = true;
      this.#key = '';
    } else if (this.#inId) {
      this.#idBytes.push(quote);
    }
  }

  #open(byte: number): void {
    this.#depth += 1;
    if (this.#depth === 1) this.#messageDepth = byte === openBracket ? 2 : 1;
    if (this.#depth === this.#messageDepth && byte === openBrace) this.#startMessage();
    else if (this.#inResult && this.#depth === this.#messageDepth + 1) this.#expectKey = byte === openBrace;
  }

  #close(byte: number): void {
    if (this.#depth === this.#messageDepth && byte === closeBrace) this.#endMessage();
    this.#depth -= 1;
  }

  #passToken(byte: number): void {
    if (byte === colon) {
      this.#expectKey = false;
      if (this.#key === 'id') {
        this.#inId = true;
        this.#idBytes = [];
      } else if (this.#key === 'result') {
        this.#hasResult = true;
        this.#inResult = true;
      } else if (this.#key === 'error') this.#hasError = true;
    } else if (byte === comma) {
      this.#expectKey = true;
      this.#inId = false;
      this.#inResult = false;
    } else if (this.#inId && this.#idBytes.length < maxIdBytes) {
      this.#idBytes.push(byte);
    }
  }

  #passResultToken(byte: number): void {
    if (byte === colon) {
      this.#expectKey = false;
      this.#inIsError = this.#key === 'isError';
    } else if (byte === comma) {
      this.#expectKey = true;
      this.#inIsError = false;
    } else if (this.#inIsError && byte === letterT) this.#saysIsError = true;
  }

  #startMessage(): void {
    this.#expectKey = true;
    this.#inKey = false;
    this.#key = '';
    this.#inId = false;
    this.#idBytes = [];
    this.#hasResult = false;
    this.#hasError = false;
    this.#inResult = false;
    this.#inIsError = false;
    this.#saysIsError = false;
  }

  #endMessage(): void {
    this.#inId = false;
    if ((!this.#hasResult && !this.#hasError) || this.#idBytes.length === 0 || this.#idBytes.length >= maxIdBytes) return;
    let id: unknown;
    try {
      id = JSON.parse(Buffer.from(this.#idBytes).toString('utf8'));
    } catch {
      return;
    }
    if (typeof id === 'string' || typeof id === 'number') this.#onAnswer(id, this.#hasError || this.#saysIsError);
  }
}

/** Whether an odd number of backslashes stands before that place. */
function isEscaped(bytes: Uint8Array, from: number, at: number): boolean {
  let first = at;
  while (first > from && bytes[first - 1] === backslash) first -= 1;
  return (at - first) % 2 === 1;
}
