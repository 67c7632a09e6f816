import type { ServerResponse } from 'node:http';

/** Answers with one JSON text, unless the client has left. */
export function sendJson(response: ServerResponse, json: string): void {
  if (response.destroyed) return;
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(json),
    'x-accel-buffering': 'no',
  };
  response.writeHead(200, headers).end(json);
}
