import { type OpenStream, openStream, type RawRequest, rawRequest } from '../raw-http.ts';

export const revision = '2026-07-28';

export interface ModernRequestOptions {
  id?: string | number;
  /** What the client says it can do. */
  capabilities?: Record<string, unknown>;
  /** Members of `_meta` besides those every request has; one that is undefined is left out. */
  meta?: Record<string, unknown>;
  /** Headers besides those every request has; one that is undefined is left out. */
  headers?: Record<string, string | undefined>;
}

export interface ModernAnswer {
  status: number;
  contentType: string;
  headers: Record<string, unknown>;
  id: unknown;
  result: Record<string, unknown>;
  error: { code: number; message: string; data?: Record<string, unknown> };
  /** Everything that was sent: one message, or those of a stream. */
  messages: Record<string, unknown>[];
}

/** A request of revision 2026-07-28 as it goes over HTTP. */
export function modernHttp(method: string, params: Record<string, unknown> = {}, options: ModernRequestOptions = {}): RawRequest {
  const { id = 1, capabilities = {}, meta = {}, headers = {} } = options;
  const name = params.name ?? params.uri;
  const allHeaders: Record<string, string | undefined> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': revision,
    'mcp-method': method,
    ...(typeof name === 'string' && method !== 'completion/complete' ? { 'mcp-name': name } : {}),
    ...headers,
  };
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': revision,
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    ...meta,
  };
  const present = Object.entries(allHeaders).filter((header): header is [string, string] => header[1] !== undefined);
  return {
    method: 'POST',
    headers: Object.fromEntries(present),
    body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta } }),
  };
}

/** Sends a request and reads the whole answer, whichever form it has. */
export async function modernRequest(
  url: string,
  method: string,
  params: Record<string, unknown> = {},
  options: ModernRequestOptions = {},
): Promise<ModernAnswer> {
  return readAnswer(await rawRequest(url, modernHttp(method, params, options)));
}

/** Sends a request whose answer is a stream, and reads that as it comes. */
export function modernStream(
  url: string,
  method: string,
  params: Record<string, unknown> = {},
  options: ModernRequestOptions = {},
): Promise<OpenStream> {
  return openStream(url, modernHttp(method, params, options));
}

/** The messages of a stream so far. */
export function streamMessages(text: string): Record<string, unknown>[] {
  return [...text.matchAll(/^data: (.+)$/gm)].map(([, json]) => JSON.parse(json ?? ''));
}

export function readAnswer({ status, headers, text }: Awaited<ReturnType<typeof rawRequest>>): ModernAnswer {
  const contentType = headers['content-type'] ?? '';
  const messages = contentType.startsWith('text/event-stream') ? streamMessages(text) : text === '' ? [] : [JSON.parse(text)];
  const last = messages.at(-1) ?? {};
  return { status, contentType, headers, id: last.id, result: last.result, error: last.error, messages };
}
