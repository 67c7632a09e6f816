import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CancelledNotificationSchema, ErrorCode, type Result } from '@modelcontextprotocol/sdk/types.js';
import type { McpFeatures } from '../features/mcp-features.ts';
import { type ClientRecord, ClientRecords } from './client-record.ts';
import { createOutlivingRule } from './outliving-requests.ts';
import { type Answerer, ProtocolEngine } from './protocol-engine.ts';
import { ProtocolError, protocolErrorOf } from './protocol-error.ts';
import type { RequestCircumstances } from './request-circumstances.ts';
import { readCompletion, readPromptGet, readResourceRead } from './request-parameters.ts';
import { RunningRequests } from './running-requests.ts';
import { callTool } from './tool-call.ts';

const requestIdHeader = /^[\w.:-]{1,100}$/;
const capabilities = { tools: {}, prompts: {}, resources: { listChanged: true }, completions: {} };

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
  const clients = new ClientRecords();
  const initialized = new Map<Server, ClientRecord>();
  let changes = 0;
  const tellChange = (server: Server, client: ClientRecord) => {
    client.toldChange = changes;
    server.sendResourceListChanged().catch(() => undefined);
  };
  features.resources.onListChanged(() => {
    changes += 1;
    for (const [server, client] of initialized) tellChange(server, client);
  });
  const fault = (error: unknown) => {
    onFault(error);
    return new ProtocolError(ErrorCode.InternalError, 'Internal error');
  };
  return () => {
    const running = new RunningRequests();
    let client: ClientRecord | undefined;
    const answer: Answerer = (request, origin, extraOf, send) => {
      const handler = handlers.get(request.method);
      if (handler === undefined) return false;
      void running.run(request.id, outlivesClient(request), async (signal) => {
        // A client that did not wait for its handshake is answered in order, and by what it said of itself there.
        if (server.getClientVersion() === undefined) await setImmediate();
        if (signal.aborted) return;
        const requestId = requestIdOf(origin?.requestInfo?.headers['x-request-id']);
        const context = { signal, requestId, session: server.transport?.sessionId ?? '' };
        client ??= clients.of(server.transport);
        const clientCapabilities = server.getClientCapabilities();
        const circumstances = { features, context, extra: extraOf(signal), clientCapabilities, client };
        try {
          const result = await handler(request.params, circumstances);
          if (!signal.aborted) send({ jsonrpc: '2.0', id: request.id, result });
        } catch (error) {
          const { code, message, data } = protocolErrorOf(error) ?? fault(error);
          const failure = { code, message, ...(data === undefined ? {} : { data }) };
          if (!signal.aborted) send({ jsonrpc: '2.0', id: request.id, error: failure });
        }
      });
      return true;
    };
    const server = new ProtocolEngine(serverInfo, options, answer);
    server.setNotificationHandler(CancelledNotificationSchema, ({ params }) => {
      if (params.requestId !== undefined) running.cancel(params.requestId);
    });
    server.oninitialized = () => {
      client ??= clients.of(server.transport);
      initialized.set(server, client);
      client.toldChange ??= changes;
      // While its session hibernated there was no engine to tell it.
      if (client.toldChange !== changes) tellChange(server, client);
    };
    server.onclose = () => {
      initialized.delete(server);
      running.end();
    };
    return server;
  };
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
