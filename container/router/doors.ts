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

/** Reads `<prefix><instanceId>/<door>`, with or without a slash at the end. `undefined` where the path names no door. */
export function readDoorAddress(url: string, pathPrefix: string): DoorAddress | undefined {
  if (!url.startsWith(pathPrefix)) return undefined;
  const queryMark = url.indexOf('?');
  const pathEnd = queryMark === -1 ? url.length : queryMark;
  const idEnd = url.indexOf('/', pathPrefix.length);
  if (idEnd === -1 || idEnd >= pathEnd || idEnd === pathPrefix.length) return undefined;
  const door = url.slice(idEnd + 1, url[pathEnd - 1] === '/' ? pathEnd - 1 : pathEnd);
  if (door !== 'mcp' && door !== 'messages' && door !== 'sse') return undefined;
  return {
    instanceId: url.slice(pathPrefix.length, idEnd),
    door,
    query: queryMark === -1 ? '' : url.slice(queryMark + 1),
  };
}

export function doorAllows(door: Door, method: string): boolean {
  return methodsOfDoor[door].includes(method);
}

/** Value of the `Allow` header of a door. */
export function allowHeader(door: Door): string {
  return allowOfDoor[door];
}
