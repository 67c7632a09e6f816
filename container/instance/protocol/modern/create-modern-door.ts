import type { McpHttpHandler } from '@modelcontextprotocol/server';
import type { McpFeatures } from '../../features/mcp-features.ts';
import type { Log } from '../../observability/log.ts';
import type { ModernDoor } from '../modern-door.ts';
import { claimsModernRevision } from './claims.ts';
import { createDirectExchange } from './direct-exchange.ts';
import type { ModernService } from './door-service.ts';
import { type ExchangeTimes, usualExchangeTimes } from './exchange-times.ts';
import { loadModernSdk, type ModernSdk } from './load-sdk.ts';
import { readPlainRequest } from './plain-request.ts';
import { sendWebResponse, webRequestOf } from './web-exchange.ts';

export interface ModernDoorOptions {
  log: Log;
  times?: ExchangeTimes;
}

const mostSubscriptions = 500;

/** The door of revision 2026-07-28 to the features of an instance. What is plain goes the short way, all else through the SDK. */
export function createModernDoor(features: McpFeatures, options: ModernDoorOptions): ModernDoor {
  const { log, times = usualExchangeTimes } = options;
  const openService = async () => {
    const [sdk, { createModernService }] = await Promise.all([loadModernSdk(), import('./modern-service.ts')]);
    return createModernService(sdk, features, log);
  };
  let service: ReturnType<typeof openService> | undefined;
  const serviceInUse = () => {
    service ??= openService();
    return service;
  };
  const door = createModernDoorFor(serviceInUse, options);
  const exchange = createDirectExchange({
    features,
    times,
    confirmations: async () => (await serviceInUse()).confirmations,
    onFault: (method, kind) => log.write({ level: 'error', message: `${method} failed inside: ${kind}` }),
  });
  return {
    ...door,
    serve(request, response, body) {
      const plain = readPlainRequest(request.headers, body);
      return plain === undefined ? door.serve(request, response, body) : exchange(plain, request, response);
    },
  };
}

/** A door of revision 2026-07-28 to a service of one's own, all of it through the SDK. */
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
      const { method, id } = messageOf(body);
      const left = new AbortController();
      const webRequest = webRequestOf(request, left.signal);
      let lastMessage: string | undefined;
      const endListening = () => {
        lastMessage = service.endOfListening?.(id);
        left.abort();
      };
      const ageLimit = method === 'subscriptions/listen' ? setTimeout(endListening, times.longestListeningMs) : undefined;
      ageLimit?.unref();
      response.once('close', () => {
        clearTimeout(ageLimit);
        if (!response.writableFinished) left.abort();
      });
      const answer = fetchAnswer(handler, webRequest, body);
      await sendWebResponse(answer, response, times, {
        edit: (json) => service.editAnswer?.(method, json) ?? json,
        lastMessage: () => lastMessage,
      });
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

function messageOf(body: unknown): { method: string; id: unknown } {
  if (typeof body !== 'object' || body === null) return { method: '', id: null };
  const { method, id } = body as { method?: unknown; id?: unknown };
  return { method: typeof method === 'string' ? method : '', id };
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
