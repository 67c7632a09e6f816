import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const loopback = /^(?:::ffff:)?127\.|^::1$/;

/**
 * Whether a request may read the platform's metrics. With a token, whoever presents it; without one, programs of this machine. What
 * a reverse proxy passes on comes from this machine too and is no program of it: proxies say so in a header.
 */
export function mayReadMetrics({ headers, socket }: IncomingMessage, token: string | undefined): boolean {
  if (token !== undefined) {
    const given = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
    return given !== undefined && timingSafeEqual(digest(given), digest(token));
  }
  const isPassedOn = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => headers[name] !== undefined);
  return loopback.test(socket.remoteAddress ?? '') && !isPassedOn;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
