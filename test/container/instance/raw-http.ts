import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface RawRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** One HTTP request exactly as given: no redirects followed, no headers added but Host and the length. */
export function rawRequest(url: string, { method = 'GET', headers = {}, body }: RawRequest = {}): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      response.once('error', reject);
    });
    request.once('error', reject);
    request.end(body);
  });
}

export interface OpenStream {
  status: number;
  headers: IncomingHttpHeaders;
  /** What has come so far. */
  text(): string;
  /** Waits until the text matches. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  ended: Promise<void>;
  leave(): void;
}

/** Opens a response that is read while it comes. */
export function openStream(url: string, { method = 'GET', headers = {}, body }: RawRequest = {}): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response: IncomingMessage) => {
      let text = '';
      const listeners = new Set<() => void>();
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
        for (const listener of listeners) listener();
      });
      response.on('error', () => undefined);
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: () => text,
        ended: new Promise((end) => response.once('close', end)),
        leave: () => request.destroy(),
        waitFor: (pattern) =>
          new Promise((found, late) => {
            const timer = setTimeout(() => late(new Error(`${pattern} did not come; there is: ${text.slice(0, 500)}`)), 20_000);
            const look = () => {
              const match = pattern.exec(text);
              if (match === null) return;
              clearTimeout(timer);
              listeners.delete(look);
              found(match);
            };
            listeners.add(look);
            look();
          }),
      });
    });
    request.once('error', reject);
    request.end(body);
  });
}
