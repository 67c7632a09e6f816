import type { HostName } from './catalogue.ts';

/** One request the sandbox received. The key is never recorded. */
export interface RecordedRequest {
  method: string;
  host: HostName;
  /** Path below the host's base URL, such as `/campaigns/12/leads`. */
  path: string;
  query: Record<string, string | string[]>;
  /** The parsed JSON body; undefined where there was none. */
  body: unknown;
  /** Id of the operation; undefined where no route matched. */
  operation: string | undefined;
  /** Status of the answer; undefined where the connection was cut instead. */
  status: number | undefined;
}

const maximumRequests = 2000;
const maximumBytes = 8 * 1024 * 1024;

/** The latest requests, bounded in number and in size. */
export class RequestLog {
  readonly #entries: { request: RecordedRequest; bytes: number }[] = [];
  #bytes = 0;

  add(request: RecordedRequest, bodyBytes: number): void {
    this.#entries.push({ request, bytes: bodyBytes });
    this.#bytes += bodyBytes;
    while (this.#entries.length > maximumRequests || this.#bytes > maximumBytes) this.#bytes -= this.#entries.shift()?.bytes ?? 0;
  }

  all(): RecordedRequest[] {
    return this.#entries.map((entry) => entry.request);
  }

  clear(): void {
    this.#entries.length = 0;
    this.#bytes = 0;
  }
}
