import type { Result, Server, ServerContext, StandardSchemaV1 } from '@modelcontextprotocol/server';
import type { McpFeatures, ReadContext } from '../../features/mcp-features.ts';
import type { Log } from '../../observability/log.ts';
import { progressSender } from '../progress.ts';
import { readCompletion, readPromptGet, readResourceRead, readToolCall } from '../request-parameters.ts';
import { cacheHints } from './cache-hints.ts';
import { modernRevision } from './claims.ts';
import type { Confirmations } from './confirmation.ts';
import type { ModernSdk } from './load-sdk.ts';
import { answerable } from './protocol-failure.ts';
import { canAsk, clientCapabilitiesOf, clientInfoOf, readContextOf } from './request-envelope.ts';

export interface ModernServerOptions {
  sdk: ModernSdk;
  features: McpFeatures;
  confirmations: Confirmations;
  log: Log;
}

type Handler = (params: unknown, context: ServerContext) => object | Promise<object>;

/** A protocol engine of revision 2026-07-28 for one request (or one stdio connection), over the features that all of them share. */
export function createModernServer({ sdk, features, confirmations, log }: ModernServerOptions): Server {
  const Engine = engineOf(sdk);
  const server = new Engine(features.serverInfo, {
    capabilities: { tools: {}, prompts: {}, resources: { listChanged: true }, completions: {} },
    instructions: features.instructions,
    supportedProtocolVersions: [modernRevision],
    jsonSchemaValidator: noValidator,
    requestState: { verify: confirmations.verify },
    cacheHints,
  });
  const handle = (method: string, handler: Handler) => {
    server.setRequestHandler(method, { params: anyParameters }, async (params, context) => {
      try {
        return (await handler(params, context)) as Result;
      } catch (error) {
        if (error instanceof sdk.ProtocolError) throw error;
        throw answerable(error, (kind) => log.write({ level: 'error', message: `${method} failed inside: ${kind}` }));
      }
    });
  };
  handle('tools/list', () => features.tools.list);
  handle('tools/call', (params, context) => callTool(features, confirmations, params, context));
  handle('prompts/list', () => features.prompts.list);
  handle('prompts/get', (params, context) => {
    const { name, promptArguments } = readPromptGet(params);
    return features.prompts.get(name, promptArguments, readContext(context));
  });
  handle('resources/list', () => features.resources.list());
  handle('resources/templates/list', () => features.resources.templates);
  handle('resources/read', (params, context) => features.resources.read(readResourceRead(params), readContext(context)));
  handle('completion/complete', async (params, context) => {
    const { reference, argument, known } = readCompletion(params);
    return { completion: await features.completion.complete(reference, argument, known, readContext(context)) };
  });
  return server;
}

const engines = new WeakMap<ModernSdk, ModernSdk['Server']>();

/** The SDK's engine, but for what it says of a tools/call without a name: it answers with the internals of its validator. */
function engineOf(sdk: ModernSdk): ModernSdk['Server'] {
  const known = engines.get(sdk);
  if (known !== undefined) return known;
  const Engine = class extends sdk.Server {
    protected override _wrapHandler(...[method, handler]: Parameters<Server['_wrapHandler']>) {
      const wrapped = super._wrapHandler(method, handler);
      if (method !== 'tools/call') return wrapped;
      return async (...[request, context]: Parameters<typeof wrapped>) => {
        readToolCall(request.params);
        return wrapped(request, context);
      };
    }
  };
  engines.set(sdk, Engine);
  return Engine;
}

/** Answers tools/call. A question is put to the person at the client by an input-required result, where the client can ask them. */
async function callTool(
  features: McpFeatures,
  confirmations: Confirmations,
  params: unknown,
  context: ServerContext,
): Promise<object> {
  const { name, callArguments } = readToolCall(params);
  const { mcpReq } = context;
  const confirmation = confirmations.answer(context, name, callArguments);
  const outcome = await features.tools.call(name, callArguments, {
    ...readContext(context),
    asks: canAsk(clientCapabilitiesOf(context)) ? 'protocol' : 'argument',
    ...(confirmation === undefined ? {} : { confirmation }),
    progress: progressSender(mcpReq._meta?.progressToken, mcpReq.signal, (notification) => {
      mcpReq.notify(notification).catch(() => undefined);
    }),
  });
  if (outcome.kind === 'question') return confirmations.ask(outcome.question, name, callArguments);
  return outcome.result;
}

function readContext(context: ServerContext): ReadContext {
  const requestId = context.http?.req?.headers.get('x-request-id') ?? undefined;
  return readContextOf(clientInfoOf(context), requestId, context.mcpReq.signal);
}

/** The handlers read their parameters themselves, and say in words what is wrong; the SDK's schemas answer with their internals. */
const anyParameters: StandardSchemaV1 = {
  '~standard': { version: 1, vendor: 'smartlead-mcp', validate: (value) => ({ value }) },
};

/** This revision has no elicitation on a connection, so nothing is to be validated; the default one would be built for every request. */
const noValidator = {
  getValidator() {
    throw new Error('this server has no schema to validate');
  },
};
