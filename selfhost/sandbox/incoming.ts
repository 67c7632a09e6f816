import type { IncomingMessage } from 'node:http';
import { type HostName, realHosts } from './catalogue.ts';
import { Refusal } from './refusal.ts';

const maximumBodyBytes = 5 * 1024 * 1024;

/** A request taken apart. `path` is below the host's base URL; `shownPath` is what the real host would have seen. */
export interface Incoming {
  method: string;
  host: HostName | undefined;
  path: string;
  shownPath: string;
  query: Record<string, string | string[]>;
  apiKey: string | undefined;
}

const basePaths = Object.entries(realHosts).map(([name, base]) => ({ name: name as HostName, basePath: new URL(base).pathname }));

/** Path of a host's base URL on the sandbox, such as `/core/api/v1`. */
export function sandboxBasePath(host: HostName): string {
  return `/${host}${new URL(realHosts[host]).pathname}`;
}

/** Takes the request line apart and the key out of the query. */
export function parseTarget(method: string, target: string): Incoming {
  const mark = target.indexOf('?');
  const pathname = mark < 0 ? target : target.slice(0, mark);
  const query: Record<string, string | string[]> = {};
  let apiKey: string | undefined;
  for (const [name, value] of new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1))) {
    if (name === 'api_key') {
      // A key given twice is no key.
      apiKey = apiKey === undefined ? value : '?';
      continue;
    }
    const known = Object.hasOwn(query, name) ? query[name] : undefined;
    const joined = known === undefined ? value : Array.isArray(known) ? [...known, value] : [known, value];
    Object.defineProperty(query, name, { value: joined, enumerable: true, writable: true, configurable: true });
  }
  for (const { name, basePath } of basePaths) {
    const prefix = `/${name}`;
    if (!pathname.startsWith(`${prefix}/`)) continue;
    const shownPath = pathname.slice(prefix.length);
    const inside = shownPath === basePath || shownPath.startsWith(`${basePath}/`);
    return {
      method,
      host: inside ? name : undefined,
      path: inside ? shownPath.slice(basePath.length) : '',
      shownPath,
      query,
      apiKey,
    };
  }
  return { method, host: undefined, path: '', shownPath: pathname, query, apiKey };
}

/**
 * Reads the body. Rejects with Refusal where it is too large, once it has come: a client that still sends when its connection is closed
 * may never see the answer.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maximumBodyBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (size > maximumBodyBytes) throw new Refusal(413, { message: 'request entity too large' });
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** The JSON of a body; an empty body counts as absent. Throws Refusal where it is not JSON. */
export function parseBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Refusal(400, { statusCode: 400, error: 'Bad Request', message: 'Invalid request payload JSON format' });
  }
}

/** Decodes the path's parameters as the web framework does. Throws Refusal where one is not valid percent-encoding. */
export function decodePath(values: Record<string, string>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    throw new Refusal(400, { statusCode: 400, error: 'Bad Request', message: 'Failed to decode param' });
  }
}
