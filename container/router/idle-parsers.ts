import { setMaxIdleHTTPParsers } from 'node:http';

/** Enough for connections that come one after the other. */
const maxIdle = 50;

/**
 * Keeps few of Node's HTTP parsers for connections to come. Each takes 10 KiB outside of V8's heap, and Node keeps a thousand of them
 * after a burst of connections, such as the answers of thousands of clients to a ping; what was allocated between them cannot be given
 * back to the system either. Holds for the whole process: whoever listens for the router calls it once.
 */
export function keepFewIdleParsers(): void {
  setMaxIdleHTTPParsers(maxIdle);
}
