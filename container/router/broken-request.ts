import { STATUS_CODES } from 'node:http';
import { type Refusal, refusals } from './refusal.ts';

/** What each way of breaking HTTP is answered with, by the code of Node's error; anything else is malformed. */
const refusalOfFailure: Record<string, Refusal> = {
  ERR_HTTP_REQUEST_TIMEOUT: refusals.requestTimedOut,
  HPE_HEADER_OVERFLOW: refusals.headersTooLarge,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: refusals.chunkExtensionsTooLarge,
};

/** Why a request that never became one is refused. */
export function refusalOfBrokenRequest(code: string | undefined): Refusal {
  return refusalOfFailure[code ?? ''] ?? refusals.malformedRequest;
}

/** The target of the request that the bytes begin; `undefined` where they begin none. */
export function targetOfBrokenRequest(bytes: Buffer | undefined): string | undefined {
  return /^[A-Z-]{1,32} (\S{1,4096})/.exec(bytes?.toString('latin1', 0, 4200) ?? '')?.[1];
}

/** A whole response in HTTP's own words, for a connection whose request could not be read and that is closed after it. */
export function rawResponse(status: number, contentType: string, body: string): string {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`,
    'Connection: close',
    `Content-Type: ${contentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
