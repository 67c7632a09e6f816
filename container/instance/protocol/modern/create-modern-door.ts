import type { McpHttpHandler, McpServerFactory, ServerNotifier } from '@modelcontextprotocol/server';
import type { McpFeatures } from '../../features/mcp-features.ts';
import type { Log } from '../../observability/log.ts';
import type { ModernDoor } from '../modern-door.ts';
import { claimsModernRevision } from './claims.ts';
import { loadModernSdk, type ModernSdk } from './load-sdk.ts';
import { type ExchangeTimes, sendWebResponse, usualExchangeTimes, webRequestOf } from './web-exchange.ts';

export interface ModernDoorOptions {
  log: Log;
  times?: ExchangeTimes;
}

/** What is served at a door: a factory of servers, made when the SDK is there, and what follows from it. */
export interface ModernService {
  createServer: McpServerFactory;
  /** Changes the JSON of an answer before it is sent. */
  editAnswer?(method: string, json: string): string;
  /** Tells of changes from now on. @returns the function that ends it. */
  watchChanges?(notify: ServerNotifier): () => void;
}

/** Streams of changes are ended after this time: one whose client has vanished costs nothing for ever, and others are opened again. */
const longestListeningMs = 30 * 60_000;
const mostSubscriptions = 500;

/** The door of revision 2026-07-28 to the features of an instance. */
export function createModernDoor(features: McpFeatures, options: ModernDoorOptions): ModernDoor {
  return createModernDoorFor(async (sdk) => {
    const { createModernService } = await import('./modern-service.ts');
    return createModernService(sdk, features, options.log);
  }, options);
}

/** A door of revision 2026-07-28 to a service of one's own. */
export function createModernDoorFor(
  createService: (sdk: ModernSdk) => ModernService | Promise<ModernService>,
  { log, times = usualExchangeTimes }: ModernDoorOptions,
): ModernDoor {
  const open = async () => {
    const sdk = await loadModernSdk();
    const service = await createService(sdk);
    // Comments are sent by the exchange, on answers that take long to come as well.
    const handler = sdk.createMcpHandler(service.createServer, {
      legacy: 'reject',
      keepAliveMs: 0,
      maxSubscriptions: mostSubscriptions,
    });
    return { service, handler, unwatch: service.watchChanges?.(handler.notify) };
  };
  let opened: ReturnType<typeof open> | undefined;
  return {
    claims: ({ headers }, body) => claimsModernRevision(single(headers['mcp-protocol-version']), body),
    async serve(request, response, body) {
      opened ??= open();
      const { service, handler } = await opened;
      const method = methodOf(body);
      const left = new AbortController();
      const webRequest = webRequestOf(request, left.signal);
      const ageLimit = method === 'subscriptions/listen' ? setTimeout(() => response.end(), longestListeningMs) : undefined;
      ageLimit?.unref();
      response.once('close', () => {
        clearTimeout(ageLimit);
        if (!response.writableFinished) left.abort();
      });
      const answer = fetchAnswer(handler, webRequest, body);
      await sendWebResponse(answer, response, times, (json) => service.editAnswer?.(method, json) ?? json);
      const { status } = await answer;
      if (status >= 500) log.write({ level: 'error', message: `Revision 2026-07-28 answered ${status}` });
    },
    async close() {
      const service = await opened?.catch(() => undefined);
      service?.unwatch?.();
      await service?.handler.close();
    },
  };
}

function fetchAnswer(handler: McpHttpHandler, request: Request, body: unknown): Promise<Response> {
  return handler.fetch(request, body === undefined ? {} : { parsedBody: body });
}

function methodOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'method' in body && typeof body.method === 'string' ? body.method : '';
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
