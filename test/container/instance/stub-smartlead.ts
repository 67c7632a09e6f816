import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SmartleadHosts } from '../../../core/instance-configuration.ts';

export interface RecordedRequest {
  method: string;
  /** Path with the prefix that names the host, such as `/core/api/v1/campaigns/`. */
  path: string;
  query: [string, string][];
  headers: IncomingHttpHeaders;
  body: string;
}

export interface StubAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** Sent as it is where it is text, else as JSON. */
  body?: unknown;
  delayMs?: number;
  /** Answer no sooner than this is settled: for what must happen while a call is under way, however slow the machine is. */
  until?: Promise<unknown>;
  /** Cut the connection instead of answering. */
  drop?: boolean;
}

export interface StubSmartlead {
  hosts: SmartleadHosts;
  requests: RecordedRequest[];
  /** What to answer from now on. */
  answer: (request: RecordedRequest) => StubAnswer;
  close(): Promise<void>;
}

/** A Smartlead that records what it is asked and answers what the test says; the four hosts are four path prefixes. */
export async function startStubSmartlead(): Promise<StubSmartlead> {
  const server = createServer((request, response) => void handle(request, response));
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const url = new URL(request.url ?? '/', 'http://stub');
    const recorded: RecordedRequest = {
      method: request.method ?? '',
      path: url.pathname,
      query: [...url.searchParams],
      headers: request.headers,
      body,
    };
    stub.requests.push(recorded);
    const answer = stub.answer(recorded);
    if (answer.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
    await answer.until;
    if (answer.drop === true) return request.socket.destroy();
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? { ok: true });
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers }).end(text);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stub: StubSmartlead = {
    hosts: {
      core: `${base}/core/api/v1`,
      prospect: `${base}/prospect/api/v1/search-email-leads`,
      delivery: `${base}/delivery/api/v1`,
      senders: `${base}/senders/api/v1`,
    },
    requests: [],
    answer: () => ({}),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return stub;
}
