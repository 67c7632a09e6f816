import type { ServerResponse } from 'node:http';
import type { Script } from './fixture.ts';

/** An instance with sessions of both transports, which takes the ids that the router gives it. */
export function withSessions(): Script {
  const known = new Set<string>();
  const streams = new Map<string, ServerResponse>();
  return (request, response, body) => {
    const url = new URL(request.url ?? '/', 'http://instance');
    const assigned = request.headers['x-session-id'];
    if (url.pathname === '/sse') {
      const id = String(assigned);
      streams.set(id, response);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(`event: endpoint\ndata: /messages?sessionId=${id}\n\n`);
      return;
    }
    const message = JSON.parse(body === '' ? '{}' : body);
    const result =
      message.method === 'initialize' ? { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: {} } : { ok: true };
    const answer = JSON.stringify({ jsonrpc: '2.0', id: message.id, result });
    if (url.pathname === '/messages') {
      const stream = streams.get(url.searchParams.get('sessionId') ?? '');
      if (stream === undefined) {
        response.writeHead(404, { 'Content-Type': 'application/json' }).end('{}');
        return;
      }
      response.writeHead(202).end('Accepted');
      if (message.id !== undefined) stream.write(`event: message\ndata: ${answer}\n\n`);
      return;
    }
    const id = String(assigned ?? request.headers['mcp-session-id']);
    if (assigned !== undefined) known.add(id);
    if (!known.has(id)) response.writeHead(404, { 'Content-Type': 'application/json' }).end('{}');
    else if (request.method === 'DELETE') {
      known.delete(id);
      response.writeHead(200).end();
    } else if (message.id === undefined) response.writeHead(202).end();
    else response.writeHead(200, { 'Content-Type': 'application/json', 'Mcp-Session-Id': id }).end(answer);
  };
}
