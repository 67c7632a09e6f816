import type { IncomingHttpHeaders } from 'node:http';
import { type Refusal, refusals } from './refusal.ts';

const allowedHeaders = [
  'Accept',
  'Authorization',
  'Content-Type',
  'Last-Event-ID',
  'Mcp-Method',
  'Mcp-Name',
  'Mcp-Protocol-Version',
  'Mcp-Session-Id',
  'X-API-Key',
].join(', ');
const exposedHeaders = 'Mcp-Protocol-Version, Mcp-Session-Id, Retry-After, WWW-Authenticate, X-Request-Id';
const noHeaders: readonly string[] = [];

/**
 * Decides by `Host` and `Origin` who may ask at all, and lets pages of allowed origins read the answers. Without a list of origins
 * no browser page can read anything, and requests are not refused for their origin: each must carry a token anyway, which a browser
 * never adds by itself.
 */
export class CrossOriginPolicy {
  readonly #origins: ReadonlySet<string>;
  readonly #anyOrigin: boolean;
  readonly #hosts: ReadonlySet<string>;

  constructor(allowedOrigins: readonly string[] = [], allowedHosts: readonly string[] = []) {
    this.#origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase()));
    this.#anyOrigin = this.#origins.has('*');
    this.#hosts = new Set(allowedHosts.map((host) => host.toLowerCase()));
  }

  /** Headers for the response, as name and value in turn, or a refusal. */
  check(headers: IncomingHttpHeaders): readonly string[] | Refusal {
    if (this.#hosts.size > 0 && !this.#allowsHost(headers.host)) return refusals.hostNotAllowed;
    const origin = headers.origin;
    if (this.#origins.size === 0) return noHeaders;
    if (origin === undefined) return ['Vary', 'Origin'];
    if (!this.#anyOrigin && !this.#origins.has(origin.toLowerCase())) return refusals.originNotAllowed;
    return ['Vary', 'Origin', 'Access-Control-Allow-Origin', origin, 'Access-Control-Expose-Headers', exposedHeaders];
  }

  /** What a preflight is told beside the headers of {@link check}. */
  preflight(methods: string): readonly string[] {
    if (this.#origins.size === 0) return noHeaders;
    return [
      'Access-Control-Allow-Methods',
      methods,
      'Access-Control-Allow-Headers',
      allowedHeaders,
      'Access-Control-Max-Age',
      '600',
    ];
  }

  #allowsHost(host: string | undefined): boolean {
    if (host === undefined) return false;
    const name = host.toLowerCase();
    return this.#hosts.has(name) || this.#hosts.has(name.replace(/:\d+$/, ''));
  }
}
