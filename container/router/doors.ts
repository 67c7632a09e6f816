/** The doors of an instance: `sse` and `messages` of HTTP+SSE (revision 2024-11-05), `mcp` of Streamable HTTP. */
export type Door = 'sse' | 'messages' | 'mcp';

const methodsOfDoor: Record<Door, readonly string[]> = {
  sse: ['GET', 'OPTIONS'],
  messages: ['POST', 'OPTIONS'],
  mcp: ['GET', 'POST', 'DELETE', 'OPTIONS'],
};

const allowOfDoor: Record<Door, string> = {
  sse: methodsOfDoor.sse.join(', '),
  messages: methodsOfDoor.messages.join(', '),
  mcp: methodsOfDoor.mcp.join(', '),
};

export interface DoorAddress {
  instanceId: string;
  door: Door;
  /** What follows the question mark; empty where there is none. */
  query: string;
}

/**
 * A request's target in two parts: clients of proxies name the whole URL (absolute-form, RFC 9112, 3.2.2), whose host then counts
 * instead of the `Host` header.
 */
export function splitTarget(url: string): { path: string; host: string | undefined } {
  if (url.startsWith('/')) return { path: url, host: undefined };
  const match = /^https?:\/\/([^/?#]*)/i.exec(url);
  if (match === null) return { path: url, host: undefined };
  const path = url.slice(match[0].length);
  return { path: path.startsWith('/') ? path : `/${path}`, host: match[1] };
}

/** Reads `<prefix><instanceId>/<door>`, with or without a slash at the end. `undefined` where the path names no door. */
export function readDoorAddress(path: string, pathPrefix: string): DoorAddress | undefined {
  if (!path.startsWith(pathPrefix)) return undefined;
  const queryMark = path.indexOf('?');
  const pathEnd = queryMark === -1 ? path.length : queryMark;
  const idEnd = path.indexOf('/', pathPrefix.length);
  if (idEnd === -1 || idEnd >= pathEnd || idEnd === pathPrefix.length) return undefined;
  const door = path.slice(idEnd + 1, path[pathEnd - 1] === '/' ? pathEnd - 1 : pathEnd);
  if (door !== 'mcp' && door !== 'messages' && door !== 'sse') return undefined;
  return {
    instanceId: path.slice(pathPrefix.length, idEnd),
    door,
    query: queryMark === -1 ? '' : path.slice(queryMark + 1),
  };
}

export function doorAllows(door: Door, method: string): boolean {
  return methodsOfDoor[door].includes(method);
}

/** Value of the `Allow` header of a door. */
export function allowHeader(door: Door): string {
  return allowOfDoor[door];
}
