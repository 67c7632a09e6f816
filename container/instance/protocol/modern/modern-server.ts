import { randomUUID } from 'node:crypto';
import type { Result, Server, ServerContext, ServerOptions, StandardSchemaV1 } from '@modelcontextprotocol/server';
import type { McpFeatures, ReadContext } from '../../features/mcp-features.ts';
import type { Log } from '../../observability/log.ts';
import { errorReport } from '../../smartlead/smartlead-error.ts';
import { ProtocolError, protocolErrorOf } from '../protocol-error.ts';
import { readCompletion, readPromptGet, readResourceRead, readToolCall } from '../request-parameters.ts';
import { modernRevision } from './claims.ts';
import type { Confirmations } from './confirmation.ts';
import type { ModernSdk } from './load-sdk.ts';
import { clientInfoOf } from './request-envelope.ts';

export interface ModernServerOptions {
  sdk: ModernSdk;
  features: McpFeatures;
  confirmations: Confirmations;
  log: Log;
}

type Handler = (params: unknown, context: ServerContext) => object | Promise<object>;

const internalError = -32603;
const minuteMs = 60_000;
const cacheScope = 'private';

/**
 * How long clients may use an answer again. The lists of tools, prompts and templates change with the settings alone, and then this
 * process is another one; the list of resources changes with every export; what a resource holds may be changed by the next call.
 */
const cacheHints: NonNullable<ServerOptions['cacheHints']> = {
  'server/discover': { ttlMs: 5 * minuteMs, cacheScope },
  'tools/list': { ttlMs: 5 * minuteMs, cacheScope },
  'prompts/list': { ttlMs: 5 * minuteMs, cacheScope },
  'resources/templates/list': { ttlMs: 5 * minuteMs, cacheScope },
  'resources/list': { ttlMs: 0, cacheScope },
  'resources/read': { ttlMs: 5_000, cacheScope },
};

/** A protocol engine of revision 2026-07-28 for one request (or one stdio connection), over the features that all of them share. */
export function createModernServer({ sdk, features, confirmations, log }: ModernServerOptions): Server {
  const server = new sdk.Server(features.serverInfo, {
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
        throw answerable(error, sdk, (kind) => log.write({ level: 'error', message: `${method} failed inside: ${kind}` }));
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

/** Answers tools/call. A question is put to the person at the client by an input-required result, where the client can ask them. */
async function callTool(
  features: McpFeatures,
  confirmations: Confirmations,
  params: unknown,
  context: ServerContext,
): Promise<object> {
  const { name, callArguments } = readToolCall(params);
  const confirmation = confirmations.answer(context, name, callArguments);
  const outcome = await features.tools.call(name, callArguments, {
    ...readContext(context),
    asks: confirmations.canAsk(context) ? 'protocol' : 'argument',
    ...(confirmation === undefined ? {} : { confirmation }),
    progress: progressOf(context),
  });
  if (outcome.kind === 'question') return confirmations.ask(outcome.question, name, callArguments);
  return outcome.result;
}

/** Sends progress notifications where the client asked for them; a client that did not gets its answer as plain JSON. */
function progressOf({ mcpReq }: ServerContext): (done: number, total?: number, message?: string) => void {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return () => undefined;
  let last = Number.NEGATIVE_INFINITY;
  return (progress, total, message) => {
    if (mcpReq.signal.aborted || progress <= last) return;
    last = progress;
    const params = {
      progressToken,
      progress,
      ...(total === undefined ? {} : { total }),
      ...(message === undefined ? {} : { message }),
    };
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined);
  };
}

const requestIdHeader = /^[\w.:-]{1,100}$/;

/**
 * There are no sessions in this revision. What stands for one when the rate limit is shared is the program that calls: the calls of one
 * agent wait for each other, not those of another program for them.
 */
function readContext(context: ServerContext): ReadContext {
  const client = clientInfoOf(context);
  const requestId = context.http?.req?.headers.get('x-request-id') ?? '';
  return {
    signal: context.mcpReq.signal,
    requestId: requestIdHeader.test(requestId) ? requestId : randomUUID(),
    session: client === undefined ? modernRevision : `${modernRevision} ${client.name} ${client.version}`.slice(0, 200),
  };
}

/** A failure as an error that the client is told of. The SDK gives "not there" the code that this revision has for it. */
function answerable(error: unknown, { ProtocolError: SdkError }: ModernSdk, onFault: (kind: string) => void): Error {
  if (error instanceof SdkError) return error;
  const known = protocolErrorOf(error);
  if (known !== undefined) return known;
  const report = errorReport(error);
  if (report.code === 'internal_error') onFault(error instanceof Error ? error.name : typeof error);
  return new ProtocolError(internalError, report.message, report);
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
