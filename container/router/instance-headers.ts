import type { IncomingHttpHeaders } from 'node:http';

/** What passes from a client to its instance, beside every `mcp-*` header. All else stays here: credentials, cookies, hop-by-hop. */
const requestHeaderNames = ['accept', 'content-type', 'last-event-id', 'user-agent', 'traceparent', 'tracestate'] as const;

/** What passes from an instance to its client, beside every `mcp-*` header. */
const responseHeaderNames = [
  'content-type',
  'content-length',
  'content-encoding',
  'content-language',
  'allow',
  'retry-after',
] as const;

/** What the router says to an instance of itself. */
export interface InstanceHop {
  accessToken: string;
  /** Path under which the client sees the instance, such as `/i/ins_01k8...`. */
  prefix: string;
  requestId: string;
}

/** Headers for the instance, as name and value in turn. Never asks for compression: it would hold back events. */
export function headersForInstance(headers: IncomingHttpHeaders, hop: InstanceHop): string[] {
  const forwarded = [
    'authorization',
    `Bearer ${hop.accessToken}`,
    'x-forwarded-prefix',
    hop.prefix,
    'x-request-id',
    hop.requestId,
  ];
  for (const name of requestHeaderNames) copy(headers, name, forwarded);
  for (const name in headers) if (name.startsWith('mcp-')) copy(headers, name, forwarded);
  return forwarded;
}

/** Appends the instance's headers that its client gets, as name and value in turn. */
export function appendHeadersForClient(headers: IncomingHttpHeaders, to: string[]): void {
  for (const name of responseHeaderNames) copy(headers, name, to);
  for (const name in headers) if (name.startsWith('mcp-')) copy(headers, name, to);
}

function copy(headers: IncomingHttpHeaders, name: string, to: string[]): void {
  const value = headers[name];
  if (typeof value === 'string') to.push(name, value);
}
