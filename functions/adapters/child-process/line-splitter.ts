const newline = 0x0a;
const carriageReturn = 0x0d;

/** Marks where an over-long line was cut. */
const cutMark = ' … (cut)';

/**
 * Cuts a stream of bytes into lines of text. Works on bytes, so a character that is split between two chunks stays whole; invalid
 * UTF-8 becomes replacement characters. A line that never ends costs at most `maximumBytes` of memory: its beginning is passed
 * on, its rest dropped.
 */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #maximumBytes: number;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #parts: Uint8Array[] = [];
  #length = 0;
  #isCut = false;

  constructor(onLine: (line: string) => void, maximumBytes = 16_384) {
    this.#onLine = onLine;
    this.#maximumBytes = maximumBytes;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end));
      this.#emit();
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  /** Passes on what came without a final newline. */
  end(): void {
    if (this.#length > 0) this.#emit();
  }

  #keep(part: Uint8Array): void {
    const room = this.#maximumBytes - this.#length;
    if (part.length > room) this.#isCut = true;
    const kept = part.subarray(0, room);
    if (kept.length === 0) return;
    // A copy, so that a short rest does not hold on to the whole chunk it came in.
    this.#parts.push(kept.slice());
    this.#length += kept.length;
  }

  #emit(): void {
    let bytes: Uint8Array = Buffer.concat(this.#parts);
    if (bytes.at(-1) === carriageReturn) bytes = bytes.subarray(0, -1);
    const line = this.#decoder.decode(bytes) + (this.#isCut ? cutMark : '');
    this.#parts = [];
    this.#length = 0;
    this.#isCut = false;
    if (line.trim() !== '') this.#onLine(line);
  }
}
