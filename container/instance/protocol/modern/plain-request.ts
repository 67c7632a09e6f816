import type { IncomingHttpHeaders } from 'node:http';
import type { ClientCapabilities, Implementation, RequestId } from '@modelcontextprotocol/server';
import { isJsonObject } from '../../json/json-object.ts';
import { modernRevision } from './claims.ts';
import { type RequestEnvelope, reservedPrefix } from './request-envelope.ts';

/** A `tools/list` or `tools/call` with nothing about it that needs the SDK. */
export interface PlainRequest {
  id: RequestId;
  method: 'tools/list' | 'tools/call';
  /** Without a look at what the method itself asks of them, such as a name. */
  params: Record<string, unknown>;
  client: Implementation | undefined;
  capabilities: ClientCapabilities;
  progressToken: string | number | undefined;
}

const messageMembers: ReadonlySet<string> = new Set(['jsonrpc', 'id', 'method', 'params']);
const listParameters: ReadonlySet<string> = new Set(['_meta']);
const callParameters: ReadonlySet<string> = new Set(['_meta', 'name', 'arguments']);
const contentTypes: ReadonlySet<string> = new Set(['application/json', 'application/json; charset=utf-8']);

/**
 * Reads a request that the SDK would pass on to the handler as it is. This is narrower than what the revision allows: whatever is rare,
 * or might be wrong, is undefined here and goes to the SDK, which knows every rule and words every refusal.
 */
export function readPlainRequest(headers: IncomingHttpHeaders, body: unknown): PlainRequest | undefined {
  if (!isJsonObject(body) || body.jsonrpc !== '2.0' || !hasOnly(body, messageMembers)) return undefined;
  const { id, method, params } = body;
  if (!isInteger(id) && typeof id !== 'string') return undefined;
  if (method !== 'tools/call' && method !== 'tools/list') return undefined;
  if (!isJsonObject(params) || !hasOnly(params, method === 'tools/call' ? callParameters : listParameters)) return undefined;
  if (headers['mcp-method'] !== method || headers['mcp-protocol-version'] !== modernRevision) return undefined;
  if (!contentTypes.has(headers['content-type'] ?? '')) return undefined;
  if (method === 'tools/call' && !isNamedBy(headers['mcp-name'], params.name)) return undefined;
  const { _meta: envelope } = params;
  if (!isPlainEnvelope(envelope)) return undefined;
  return {
    id,
    method,
    params,
    client: envelope['io.modelcontextprotocol/clientInfo'],
    capabilities: envelope['io.modelcontextprotocol/clientCapabilities'],
    progressToken: envelope.progressToken,
  };
}

/** Names of tools are plain ASCII, so a header in the Base64 form is no usual one. A call without a name needs no header, either. */
function isNamedBy(header: string | string[] | undefined, name: unknown): boolean {
  if (typeof name !== 'string') return header === undefined;
  return header === name && !name.startsWith('=?');
}

type PlainEnvelope = Required<Pick<RequestEnvelope, 'io.modelcontextprotocol/clientCapabilities'>> &
  RequestEnvelope & { progressToken?: string | number };

const knownMeta: ReadonlySet<string> = new Set([
  'io.modelcontextprotocol/protocolVersion',
  'io.modelcontextprotocol/clientInfo',
  'io.modelcontextprotocol/clientCapabilities',
]);

function isPlainEnvelope(meta: unknown): meta is PlainEnvelope {
  if (!isJsonObject(meta)) return false;
  for (const key in meta) if (key.startsWith(reservedPrefix) && !knownMeta.has(key)) return false;
  const { progressToken } = meta;
  return (
    meta['io.modelcontextprotocol/protocolVersion'] === modernRevision &&
    isClient(meta['io.modelcontextprotocol/clientInfo']) &&
    isCapabilities(meta['io.modelcontextprotocol/clientCapabilities']) &&
    (isOptionalText(progressToken) || isInteger(progressToken))
  );
}

function isClient(client: unknown): boolean {
  if (client === undefined) return true;
  if (!isJsonObject(client)) return false;
  const { name, version, title, description, websiteUrl, icons } = client;
  return (
    typeof name === 'string' &&
    typeof version === 'string' &&
    isOptionalText(title) &&
    isOptionalText(description) &&
    isOptionalText(websiteUrl) &&
    (icons === undefined || (Array.isArray(icons) && icons.every(isIcon)))
  );
}

function isIcon(icon: unknown): boolean {
  if (!isJsonObject(icon)) return false;
  const { src, mimeType, sizes, theme } = icon;
  return (
    typeof src === 'string' &&
    isOptionalText(mimeType) &&
    (sizes === undefined || (Array.isArray(sizes) && sizes.every((size) => typeof size === 'string'))) &&
    (theme === undefined || theme === 'light' || theme === 'dark')
  );
}

/** Capabilities are objects of objects, but for two flags. */
function isCapabilities(capabilities: unknown): boolean {
  if (!isJsonObject(capabilities)) return false;
  for (const name in capabilities) {
    const capability = capabilities[name];
    if (!isJsonObject(capability)) return false;
    for (const part in capability) {
      const value = capability[part];
      const fits = name === 'roots' && part === 'listChanged' ? typeof value === 'boolean' : isJsonObject(value);
      if (!fits) return false;
    }
  }
  const { elicitation } = capabilities as ClientCapabilities;
  const defaults = elicitation?.form?.applyDefaults;
  return defaults === undefined || typeof defaults === 'boolean';
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function hasOnly(object: Record<string, unknown>, names: ReadonlySet<string>): boolean {
  for (const name in object) if (!names.has(name)) return false;
  return true;
}
