import { randomUUID } from 'node:crypto';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CancelledNotificationSchema,
  type ClientCapabilities,
  ErrorCode,
  type JSONRPCRequest,
  type Result,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import type { McpFeatures, ReadContext } from '../features/mcp-features.ts';
import { isRequest } from './json-rpc.ts';
import { createOutlivingRule } from './outliving-requests.ts';
import { ProtocolError, protocolErrorOf } from './protocol-error.ts';
import { readCompletion, readPromptGet, readResourceRead } from './request-parameters.ts';
import { RunningRequests } from './running-requests.ts';
import { callTool } from './tool-call.ts';

const requestIdHeader = /^[\w.:-]{1,100}$/;
const capabilities = { tools: {}, prompts: {}, resources: { listChanged: true }, completions: {} };

/** What a handler knows of the request it answers. */
export interface RequestCircumstances {
  features: McpFeatures;
  context: ReadContext;
  extra: RequestHandlerExtra<ServerRequest, ServerNotification>;
  clientCapabilities: ClientCapabilities | undefined;
}

type Handler = (params: unknown, circumstances: RequestCircumstances) => Result | Promise<Result>;

/** Every method that is offered beyond what the SDK answers by itself (initialize, ping). */
const handlers = new Map<string, Handler>([
  ['tools/list', (_params, { features }) => features.tools.list],
  ['tools/call', callTool],
  ['prompts/list', (_params, { features }) => features.prompts.list],
  [
    'prompts/get',
    (params, { features, context }) => {
      const { name, promptArguments } = readPromptGet(params);
      return features.prompts.get(name, promptArguments, context);
    },
  ],
  ['resources/list', (_params, { features }) => features.resources.list()],
  ['resources/templates/list', (_params, { features }) => features.resources.templates],
  ['resources/read', (params, { features, context }) => features.resources.read(readResourceRead(params), context)],
  [
    'completion/complete',
    async (params, { features, context }) => {
      const { reference, argument, known } = readCompletion(params);
      return { completion: await features.completion.complete(reference, argument, known, context) };
    },
  ],
]);

/**
 * Makes the maker of protocol engines over one set of features. Every session has an engine of its own, because an engine knows one
 * peer: with a shared one, answers would reach whoever connected last. All that does not depend on the peer is shared.
 * @param onFault Told of errors that are faults of ours; their clients only hear that there was one.
 */
export function createProtocolServers(features: McpFeatures, onFault: (error: unknown) => void): () => Server {
  const { serverInfo, instructions } = features;
  const options = { capabilities, instructions, jsonSchemaValidator: noValidator };
  const outlivesClient = createOutlivingRule(features);
  const initialized = new Set<Server>();
  features.resources.onListChanged(() => {
    for (const server of initialized) server.sendResourceListChanged().catch(() => undefined);
  });
  return () => {
    const server = new ProtocolServer(serverInfo, options);
    const running = new RunningRequests();
    // One handler for all methods: the SDK's own registration checks each request against a schema, and each result of a tool again.
    server.fallbackRequestHandler = (request, extra) => {
      const handler = handlers.get(request.method);
      if (handler === undefined) throw new ProtocolError(ErrorCode.MethodNotFound, 'Method not found');
      return running.run(request.id, outlivesClient(request), async (signal) => {
        const requestId = requestIdOf(extra.requestInfo?.headers['x-request-id']);
        const context = { signal, requestId, session: extra.sessionId ?? '' };
        const clientCapabilities = server.getClientCapabilities();
        try {
          return await handler(request.params, { features, context, extra, clientCapabilities });
        } catch (error) {
          throw protocolErrorOf(error) ?? fault(error);
        }
      });
    };
    const fault = (error: unknown) => {
      onFault(error);
      return new ProtocolError(ErrorCode.InternalError, 'Internal error');
    };
    server.setNotificationHandler(CancelledNotificationSchema, ({ params }) => {
      if (params.requestId !== undefined) running.cancel(params.requestId);
    });
    server.oninitialized = () => initialized.add(server);
    server.onclose = () => {
      initialized.delete(server);
      running.end();
    };
    return server;
  };
}

/** The SDK's engine, without its second look at requests: what our doors hand on has the form of JSON-RPC already. */
class ProtocolServer extends Server {
  override async connect(transport: Transport): Promise<void> {
    const started = super.connect(transport);
    const { onmessage } = transport;
    transport.onmessage = (message, extra) => {
      // biome-ignore lint/complexity/useLiteralKeys: the SDK's types call this method private; named like this, its loss fails to compile.
      if (isRequest(message)) this['_onrequest'](message as JSONRPCRequest, extra);
      else onmessage?.(message, extra);
    };
    await started;
  }
}

/** Elicited answers are checked where they are read, so no validator is needed; the default one would be built for every session. */
const noValidator = {
  getValidator() {
    throw new Error('this server has no schema to validate');
  },
};

function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && requestIdHeader.test(header) ? header : randomUUID();
}
