import type { IncomingMessage } from 'node:http';
import { RefusedRequest, rpcErrorCodes } from './json-rpc.ts';

export const largestBodyBytes = 4 * 1024 * 1024;

/**
 * Reads a JSON body as text.
 * @param most Bytes it may have; 4 MB where nothing is said.
 * @throws RefusedRequest 413 above that, 415 for anything that is not plain JSON.
 */
export async function readBody(request: IncomingMessage, most = largestBodyBytes): Promise<string> {
  const contentType = request.headers['content-type'] ?? '';
  // Also keeps web pages out: a browser sends JSON to another origin only after asking.
  if (contentType !== jsonType && mediaType(contentType) !== jsonType) throw unsupported('Content-Type must be application/json');
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw unsupported('The body must not be compressed');
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge(request, most);
  const chunks = await readChunks(request, most);
  // Decoded whole, so a character split over two chunks stays one.
  return (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString('utf8');
}

const jsonType = 'application/json';

function mediaType(contentType: string): string | undefined {
  return contentType.split(';', 1)[0]?.trim().toLowerCase();
}

/** Not by async iteration: leaving that early destroys the connection, and with it the answer that says why. */
function readChunks(request: IncomingMessage, most: number): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const read = (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= most) return;
      request.off('data', read);
      reject(tooLarge(request, most));
    };
    request.on('data', read);
    request.once('end', () => resolve(chunks));
    request.once('error', reject);
    request.once('close', () => {
      // Only then: to make an error takes longer than all the rest of this function.
      if (!request.complete) reject(new Error('the client left'));
    });
  });
}

function unsupported(message: string): RefusedRequest {
  return new RefusedRequest({ status: 415, code: rpcErrorCodes.refused, message });
}

/** Lets the rest of the body pass unread, so that the client can finish sending and then read the refusal. */
function tooLarge(request: IncomingMessage, most: number): RefusedRequest {
  request.resume();
  const message =
    most < largestBodyBytes
      ? `The body must not exceed ${most} bytes`
      : `The body must not exceed ${largestBodyBytes / 1_048_576} MB. Split the call: ` +
        'give import_leads, or whatever takes the list, a part of it in each of several calls';
  return new RefusedRequest({ status: 413, code: rpcErrorCodes.refused, message });
}
