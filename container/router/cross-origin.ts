import type { IncomingMessage } from 'node:http';
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
];
const knownHeaders: ReadonlySet<string> = new Set(allowedHeaders.map((name) => name.toLowerCase()));
/** Revisions of the protocol may add headers of this kind, and tools of their own names, such as `Mcp-Param-Region`. */
const furtherHeader = /^mcp-[a-z0-9-]{1,64}$/;
const maxFurtherHeaders = 20;
const exposedHeaders = 'Mcp-Protocol-Version, Mcp-Session-Id, Retry-After, WWW-Authenticate, X-Request-Id';
const noHeaders: readonly string[] = [];

export interface CrossOriginSettings {
  /** Origins whose pages may ask and read; `*` for any. */
  allowedOrigins?: readonly string[] | undefined;
  /** Origins of the installation itself: their pages may ask, and may read without anybody's permission. */
  ownOrigins?: readonly string[] | undefined;
  /** Names under which the doors are served, with or without port; any where it is empty. */
  allowedHosts?: readonly string[] | undefined;
}

/**
 * Decides by `Host` and `Origin` who may ask at all, and lets pages of allowed origins read the answers. Programs send no `Origin` and
 * pass. A page of another origin is refused although it has no token to show: a name that an attacker lets point to this machine (DNS
 * rebinding) must not get it as far as anything that could go wrong.
 */
export class CrossOriginPolicy {
  readonly #origins: ReadonlySet<string>;
  readonly #ownOrigins: ReadonlySet<string>;
  readonly #anyOrigin: boolean;
  readonly #hosts: ReadonlySet<string>;

  constructor({ allowedOrigins = [], ownOrigins = [], allowedHosts = [] }: CrossOriginSettings) {
    this.#origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase()));
    this.#ownOrigins = new Set(ownOrigins.map((origin) => origin.toLowerCase()));
    this.#anyOrigin = this.#origins.has('*');
    this.#hosts = new Set(allowedHosts.map((host) => host.toLowerCase()));
  }

  /**
   * Headers for the response, as name and value in turn, or a refusal.
   * @param targetHost The host in the request's target, where that is a whole URL.
   */
  check({ headers, httpVersion }: IncomingMessage, targetHost: string | undefined): readonly string[] | Refusal {
    const host = targetHost ?? headers.host;
    if (host === undefined && (this.#hosts.size > 0 || httpVersion !== '1.0')) return refusals.hostMissing;
    if (this.#hosts.size > 0 && !this.#allowsHost(host ?? '')) return refusals.hostNotAllowed;
    const { origin } = headers;
    if (origin === undefined) return this.#origins.size === 0 ? noHeaders : ['Vary', 'Origin'];
    const name = origin.toLowerCase();
    if (this.#anyOrigin || this.#origins.has(name)) {
      return ['Vary', 'Origin', 'Access-Control-Allow-Origin', origin, 'Access-Control-Expose-Headers', exposedHeaders];
    }
    return this.#ownOrigins.has(name) ? noHeaders : refusals.originNotAllowed;
  }

  /** What a preflight is told beside the headers of {@link check}. */
  preflight(methods: string, { headers }: IncomingMessage): readonly string[] {
    if (this.#origins.size === 0) return noHeaders;
    const asked = headers['access-control-request-headers'] ?? '';
    const further = new Set(
      asked
        .toLowerCase()
        .split(',')
        .map((name) => name.trim())
        .filter((name) => furtherHeader.test(name) && !knownHeaders.has(name))
        .slice(0, maxFurtherHeaders),
    );
    return [
      'Access-Control-Allow-Methods',
      methods,
      'Access-Control-Allow-Headers',
      [...allowedHeaders, ...further].join(', '),
      'Access-Control-Max-Age',
      '600',
    ];
  }

  #allowsHost(host: string): boolean {
    if (this.#hosts.has(host)) return true;
    const name = host.toLowerCase();
    return this.#hosts.has(name) || this.#hosts.has(name.replace(/:\d+$/, ''));
  }
}
