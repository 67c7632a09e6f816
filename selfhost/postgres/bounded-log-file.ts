import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A log file that never grows beyond a size: when it is full, it becomes `<path>.1` (replacing the one before) and a new one begins.
 * The server's own collector bounds the size of a file but not their number.
 */
export class BoundedLogFile {
  readonly #path: string;
  readonly #maximumBytes: number;
  #descriptor: number;
  #size: number;
  #closed = false;

  constructor(path: string, maximumBytes: number) {
    this.#path = path;
    this.#maximumBytes = maximumBytes;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#descriptor = openSync(path, 'a', 0o600);
    this.#size = fstatSync(this.#descriptor).size;
  }

  /** Appends at once: the last lines before a crash are the ones that matter. Lines that come after the end are dropped. */
  write(chunk: Buffer): void {
    if (this.#closed) return; // Its descriptor may be another file by now.
    if (this.#size > 0 && this.#size + chunk.length > this.#maximumBytes) this.#rotate();
    this.#size += writeSync(this.#descriptor, chunk);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#descriptor);
  }

  #rotate(): void {
    // Renamed while open: where that fails, the old file goes on.
    renameSync(this.#path, `${this.#path}.1`);
    closeSync(this.#descriptor);
    this.#descriptor = openSync(this.#path, 'a', 0o600);
    this.#size = 0;
  }
}
