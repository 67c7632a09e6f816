const lineBreaks = Buffer.from('\n\n');

/** The bytes of a `message` event. @param id What the client says in `Last-Event-ID` when it comes back after this event. */
export function messageEvent(data: readonly Buffer[], id?: string): Buffer {
  return Buffer.concat([messageHead(id), ...data, lineBreaks]);
}

/** How a `message` event begins, up to its data. */
export function messageHead(id?: string): Buffer {
  return Buffer.from(id === undefined ? 'event: message\ndata: ' : `event: message\nid: ${id}\ndata: `, 'latin1');
}

/** What an event says that {@link messageEvent} made. */
export function eventData(event: Buffer): Buffer {
  return event.subarray(event.indexOf('data: ') + 'data: '.length, -lineBreaks.length);
}

/** How every event ends. */
export const eventEnd: Buffer = lineBreaks;

/** The first event of every stream of this transport: where the client posts its messages. */
export function endpointEvent(path: string, id: string, retryMs: number): Buffer {
  return Buffer.from(`event: endpoint\nid: ${id}\nretry: ${Math.round(retryMs)}\ndata: ${path}\n\n`, 'latin1');
}
