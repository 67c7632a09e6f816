import type { SmartleadHosts } from '../../../core/instance-configuration.ts';
import type { Operation } from '../catalogue/operation.ts';
import { SmartleadError } from './smartlead-error.ts';

/** A request as it leaves. `pathAndQuery` holds the API key: it must never be logged or shown. */
export interface OutgoingRequest {
  origin: string;
  pathAndQuery: string;
  method: Operation['method'];
  /** JSON text, where the operation sends a body. */
  body: string | undefined;
}

const methodsWithBody = new Set<Operation['method']>(['POST', 'PUT', 'PATCH']);

/**
 * Builds the request the catalogue describes out of validated arguments: nothing is added but the API key, and arguments that were
 * not given are not sent, because Smartlead refuses unknown and empty fields.
 * @throws SmartleadError `invalid_arguments` when a value cannot stand in the path.
 */
export function buildRequest(
  operation: Operation,
  callArguments: Readonly<Record<string, unknown>>,
  { hosts, apiKey }: { hosts: SmartleadHosts; apiKey: string },
): OutgoingRequest {
  let path = operation.path;
  const query = new URLSearchParams();
  const body: Record<string, unknown> = {};
  let hasBodyParameters = false;
  for (const parameter of operation.params) {
    const value = callArguments[parameter.name];
    if (parameter.in === 'body') hasBodyParameters = true;
    if (value === undefined) continue;
    if (parameter.in === 'path') path = path.replace(`{${parameter.name}}`, pathSegment(parameter.name, value));
    else if (parameter.in === 'body') body[parameter.name] = value;
    else if (value !== null && value !== '') query.set(parameter.name, Array.isArray(value) ? value.join(',') : String(value));
  }
  query.set('api_key', apiKey);
  const base = baseOf(hosts[operation.host]);
  const sendsBody = methodsWithBody.has(operation.method) || (operation.method === 'DELETE' && hasBodyParameters);
  return {
    origin: base.origin,
    pathAndQuery: `${base.path}${path}?${query}`,
    method: operation.method,
    body: sendsBody ? JSON.stringify(body) : undefined,
  };
}

interface HostBase {
  origin: string;
  /** Without a slash at its end. */
  path: string;
}

/** The parsed addresses of the hosts, of which there are four. */
const bases = new Map<string, HostBase>();

function baseOf(host: string): HostBase {
  let base = bases.get(host);
  if (base === undefined) {
    const { origin, pathname } = new URL(host);
    base = { origin, path: pathname.replace(/\/$/, '') };
    bases.set(host, base);
  }
  return base;
}

/** A value as one path segment. Dots alone would name another path, and half a character has no encoding, so they are refused. */
function pathSegment(name: string, value: unknown): string {
  const text = String(value);
  if (text === '' || text === '.' || text === '..' || !text.isWellFormed()) {
    const message = 'must name something; it stands in the path of the request';
    throw new SmartleadError('invalid_arguments', `${name} ${message}.`, { issues: [{ path: name, message }] });
  }
  return encodeURIComponent(text);
}
