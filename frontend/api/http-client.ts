import { reportConnectivity } from './connectivity.ts';
import { type ApiProblem, problemOf, unreachableProblem } from './problem.ts';

/** Where the client gets the access token from, and a newer one once it has expired. */
export interface AccessTokenSource {
  /** Answers one that is good for now, as far as that is known; `undefined` where nobody is signed in. */
  accessToken(): Promise<string | undefined>;
  /** Answers a token newer than the given one, or `undefined` where the user has to sign in again. */
  renew(staleToken: string): Promise<string | undefined>;
  /** Told that the service refuses even a token that was just renewed: the session is over. */
  refused(token: string): void;
}

export type Query = Record<string, string | number | boolean | undefined>;

export interface RequestOptions {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** The REST API over fetch. Every method rejects with {@link ApiProblem}, or with an AbortError where the caller aborted. */
export interface HttpClient {
  get<Answer>(path: string, options?: Omit<RequestOptions, 'body'>): Promise<Answer>;
  post<Answer>(path: string, options?: RequestOptions): Promise<Answer>;
  patch<Answer>(path: string, options?: RequestOptions): Promise<Answer>;
  delete(path: string): Promise<void>;
  /** The answer itself, for streams. A stream that cannot be had says nothing about the rest of the service. */
  open(path: string, options: Omit<RequestOptions, 'body'> & { headers?: Record<string, string> }): Promise<Response>;
}

const retryDelayMilliseconds = 800;

/**
 * Makes the client. `source` is asked for the token at every request, so that a renewed one is used at once. `apiUrl` goes before
 * every path; where it is another origin, the token is all that travels: no cookies.
 */
export function createHttpClient(source: AccessTokenSource, apiUrl = ''): HttpClient {
  async function authorized(path: string, init: RequestInit, report = true): Promise<Response> {
    const token = await source.accessToken();
    const response = await send(apiUrl + path, withToken(init, token), { report });
    if (response.status !== 401 || token === undefined) return response;
    const renewed = await source.renew(token);
    if (renewed === undefined) return response;
    const answer = await send(apiUrl + path, withToken(init, renewed), { report });
    if (answer.status === 401) source.refused(renewed);
    return answer;
  }

  async function request(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    const headers: Record<string, string> = {};
    if (options.body !== undefined) headers['content-type'] = 'application/json';
    // With the key a POST can be sent again after a broken connection without doing its work twice.
    if (method === 'POST') headers['idempotency-key'] = randomKey();
    const init: RequestInit = {
      method,
      headers,
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    };
    const target = path + queryString(options.query);
    const response =
      method === 'POST'
        ? await authorized(target, init).catch(async (error: ApiProblem) => {
            if (error.type !== 'unreachable') throw error;
            await new Promise((resolve) => setTimeout(resolve, retryDelayMilliseconds));
            return authorized(target, init);
          })
        : await authorized(target, init);
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  return {
    get: async (path, options) => (await request('GET', path, options)).json(),
    post: async (path, options) => readBody(await request('POST', path, options)),
    patch: async (path, options) => readBody(await request('PATCH', path, options)),
    delete: async (path) => {
      await request('DELETE', path);
    },
    open: async (path, { query, signal, headers = {} }) => {
      const init = { headers, ...(signal === undefined ? {} : { signal }) };
      const response = await authorized(path + queryString(query), init, false);
      if (!response.ok) throw await problemOf(response);
      return response;
    },
  };
}

/** One request, with the connectivity noted unless `report` is false. Rejects with ApiProblem `unreachable` where no answer came. */
export async function send(url: string, init: RequestInit, options: { report?: boolean } = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    if (options.report !== false) reportConnectivity('unreachable');
    throw unreachableProblem();
  }
  if (options.report !== false) reportConnectivity(response.status === 503 ? 'unavailable' : 'connected');
  return response;
}

function withToken(init: RequestInit, token: string | undefined): RequestInit {
  return token === undefined ? init : { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } };
}

async function readBody<Answer>(response: Response): Promise<Answer> {
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as Answer;
}

function queryString(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

/** 128 random bits. Not randomUUID: that exists in secure contexts only, and a private installation may be served without TLS. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
