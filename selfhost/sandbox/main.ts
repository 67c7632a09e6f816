import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SmartleadHosts } from '../../core/instance-configuration.ts';
import { type Answer, jsonAnswer } from './answer.ts';
import { type FaultPlan, Faults } from './faults.ts';
import { type Incoming, parseTarget, readBody, sandboxBasePath } from './incoming.ts';
import { Refusal } from './refusal.ts';
import { type RecordedRequest, RequestLog } from './request-log.ts';
import { handle, type Outcome, type SandboxParts } from './service.ts';
import { Accounts } from './state/accounts.ts';

export interface SandboxOptions {
  /** 0, the default, lets the system choose. */
  port?: number;
  host?: string;
  /** Time source for rate limits, seeds and time stamps. */
  clock?: { now(): Date };
  /** Most accounts kept at once; the one unused for longest is forgotten. */
  maximumAccounts?: number;
}

export interface Sandbox {
  /** Base URLs in place of Smartlead's. */
  hosts: SmartleadHosts;
  port: number;
  /** Makes coming requests fail. For tests: there is no way to ask for it over HTTP. */
  failNext(plan: FaultPlan): void;
  /** Forgets planned failures. */
  clearFaults(): void;
  /** The latest requests, oldest first, without keys. */
  requests(): RecordedRequest[];
  clearRequests(): void;
  close(): Promise<void>;
}

const defaultMaximumAccounts = 32;

/**
 * Starts a simulated Smartlead: one loopback server that plays all four hosts, each under a path of its own. Rejects where the port is
 * taken. It keeps everything in memory, calls no other address and sends no mail.
 *
 * @example
 * const sandbox = await startSandbox();
 * const answer = await fetch(`${sandbox.hosts.core}/campaigns/?api_key=demo-me`);
 * await sandbox.close();
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, host = '127.0.0.1', clock, maximumAccounts = defaultMaximumAccounts } = options;
  const parts: SandboxParts = {
    accounts: new Accounts(maximumAccounts),
    faults: new Faults(),
    log: new RequestLog(),
    now: clock === undefined ? Date.now : () => clock.now().getTime(),
  };
  const server = createServer((request, response) => void serve(parts, request, response));
  // A demo left open over night should not hold the connections of clients that are gone.
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  return {
    hosts: {
      core: origin + sandboxBasePath('core'),
      prospect: origin + sandboxBasePath('prospect'),
      delivery: origin + sandboxBasePath('delivery'),
      senders: origin + sandboxBasePath('senders'),
    },
    port: address.port,
    failNext: (plan) => parts.faults.plan(plan),
    clearFaults: () => parts.faults.clear(),
    requests: () => parts.log.all(),
    clearRequests: () => parts.log.clear(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(parts: SandboxParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const incoming = parseTarget(request.method ?? 'GET', request.url ?? '/');
    const outcome = outcomeOf(parts, incoming, await readBody(request));
    if (outcome === 'cut') request.socket.resetAndDestroy();
    else if (outcome !== 'silence') send(response, outcome.answer);
  } catch (error) {
    // Either the body was too large or the client went away while it was read.
    if (error instanceof Refusal) send(response, { ...jsonAnswer(error.status, error.body), headers: { connection: 'close' } });
    else request.socket.destroy();
  }
}

function outcomeOf(parts: SandboxParts, incoming: Incoming, body: Buffer): Outcome {
  try {
    return handle(parts, incoming, body);
  } catch (error) {
    // A mistake in the sandbox must look like one, not like a broken connection.
    const reason = error instanceof Error ? error.message : String(error);
    return { answer: jsonAnswer(500, { message: `The sandbox failed: ${reason}` }) };
  }
}

function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  response.end(answer.body);
}
