import { mkdirSync } from 'node:fs';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import type { LogFields, Logger } from '../functions/api/platform.ts';

/** Lines kept until the file is opened; a start that fails early writes a handful. */
const mostEarlyLines = 1000;

/**
 * The platform's own log: one JSON object a line in `<folder>/platform.log`, readable by its owner alone, at most five files of
 * 10 MB. Instances' logs live apart, in the database.
 *
 * It takes lines from the first moment on, but touches the file only after `open`: while another service may own the data folder,
 * its log is not ours to write.
 */
export class PlatformLog implements Logger {
  #stream: RotatingFileStream | undefined;
  #earlyLines: string[] = [];
  #closed = false;

  /** Opens the file; call it only under the data folder's lock. */
  open(folder: string): void {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stream = createStream('platform.log', { path: folder, size: '10M', maxFiles: 5, mode: 0o600 });
    // A full disk must not end the service; what cannot be written is lost, and the service goes on.
    stream.on('error', () => {});
    for (const line of this.#earlyLines.splice(0)) stream.write(line);
    this.#stream = stream;
  }

  info(message: string, fields?: LogFields): void {
    this.#write('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#write('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#write('error', message, fields);
  }

  /** Writes what is left and closes the file. Lines that come later are dropped. */
  async close(): Promise<void> {
    this.#closed = true;
    const stream = this.#stream;
    if (stream !== undefined) await new Promise<void>((resolve) => stream.end(() => resolve()));
  }

  #write(level: string, message: string, fields: LogFields = {}): void {
    if (this.#closed) return;
    const line = `${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`;
    if (this.#stream !== undefined) this.#stream.write(line);
    else if (this.#earlyLines.length < mostEarlyLines) this.#earlyLines.push(line);
  }
}
