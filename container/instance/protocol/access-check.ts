import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { RefusedRequest, rpcErrorCodes } from './json-rpc.ts';

const longestToken = 512;

/**
 * Makes the check that a request carries the bearer token. Both tokens are compared in buffers of one size, in constant time, so the
 * answer's timing tells neither the token's characters nor its length.
 * @throws RefusedRequest 401 from the returned function; Error at once for a token of more than 512 bytes.
 */
export function createTokenCheck(token: string): (request: IncomingMessage) => void {
  if (Buffer.byteLength(token) > longestToken) throw new Error(`a token must not be longer than ${longestToken} bytes`);
  const expected = padded(token, Buffer.alloc(longestToken));
  const scratch = Buffer.alloc(longestToken);
  return (request) => {
    const [, presented] = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? [];
    if (presented !== undefined && presented.length <= longestToken && timingSafeEqual(padded(presented, scratch), expected))
      return;
    throw new RefusedRequest({
      status: 401,
      code: rpcErrorCodes.refused,
      message: presented === undefined ? 'Send the token of this server as Authorization: Bearer' : 'The token is wrong',
      headers: { 'www-authenticate': `Bearer realm="smartlead-mcp"${presented === undefined ? '' : ', error="invalid_token"'}` },
    });
  };
}

/** The text at the front of the buffer and zeros behind. No header holds a zero byte, so no two texts look the same. */
function padded(text: string, buffer: Buffer): Buffer {
  buffer.fill(0).write(text);
  return buffer;
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Refuses requests that a web page made the user's browser send: one whose name was pointed at this machine (its Host is not a
 * loopback name), or any page of another origin. Used where no token protects a server on loopback.
 * @throws RefusedRequest 403.
 */
export function checkLoopbackOrigin(request: IncomingMessage): void {
  const { host, origin } = request.headers;
  if (!loopbackNames.has(hostName(`http://${host ?? ''}`) ?? '')) throw forbidden('Host');
  if (origin !== undefined && !loopbackNames.has(hostName(origin) ?? '')) throw forbidden('Origin');
}

const address = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\])$/;

/**
 * The same for a server that other machines can reach and no token protects, such as the image started without one: it can be
 * reached by its address or by a name of a local network (`smartlead`, without a dot), but not by a name that anybody can own and
 * point here, and not from a page of another origin. This keeps browsers out, nobody else.
 * @throws RefusedRequest 403.
 */
export function checkLocalNetworkOrigin(request: IncomingMessage): void {
  const { host, origin } = request.headers;
  const name = hostName(`http://${host ?? ''}`) ?? '';
  if (name === '' || (name.includes('.') && !address.test(name))) throw forbidden('Host');
  if (origin === undefined) return;
  const page = hostName(origin) ?? '';
  if (page !== name && !loopbackNames.has(page)) throw forbidden('Origin');
}

function forbidden(header: string): RefusedRequest {
  const message = `This ${header} may not reach a server without a token; set MCP_TOKEN to serve other hosts`;
  return new RefusedRequest({ status: 403, code: rpcErrorCodes.refused, message });
}

let lastUrl = '';
let lastHostName: string | undefined;

/** The name in an address. Most requests of a client name the same one, so the last answer is kept. */
function hostName(url: string): string | undefined {
  if (url !== lastUrl) {
    lastHostName = URL.canParse(url) ? new URL(url).hostname : undefined;
    lastUrl = url;
  }
  return lastHostName;
}
