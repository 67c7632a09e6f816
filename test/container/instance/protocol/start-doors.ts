import type { Socket } from 'node:net';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { ResourceNotFound, UnknownFeature } from '../../../../container/instance/features/feature-errors.ts';
import type { CallContext, CallOutcome, McpFeatures } from '../../../../container/instance/features/mcp-features.ts';
import { createDoorServer } from '../../../../container/instance/protocol/http-server.ts';
import {
  createHttpSseDoors,
  createStreamableHttpDoors,
  type StreamableHttpDoorsOptions,
} from '../../../../container/instance/protocol/mcp-doors.ts';
import { createOutlivingRule } from '../../../../container/instance/protocol/outliving-requests.ts';
import { createProtocolServers } from '../../../../container/instance/protocol/protocol-server.ts';
import { type SessionLimits, Sessions } from '../../../../container/instance/protocol/sessions.ts';
import { rawRequest } from '../raw-http.ts';

export type ToolBehaviour = (callArguments: Record<string, unknown>, context: CallContext) => Promise<CallOutcome>;

export interface RunningDoors {
  url: string;
  sessions: Sessions;
  /** Faults that were reported. */
  faults: unknown[];
  /** Says that the list of resources has changed. */
  changeResources(): void;
  /** Settles once the server has seen every client leave. */
  allLeft(): Promise<void>;
  close(): Promise<void>;
}

const input = { type: 'object' } as const;

/** The doors over two tools of the test's own: `read`, which only reads, and `write`. */
export async function startDoors(
  tools: { read?: ToolBehaviour; write?: ToolBehaviour } = {},
  options: Partial<StreamableHttpDoorsOptions> & { sessionLimits?: SessionLimits } = {},
): Promise<RunningDoors> {
  const listeners = new Set<() => void>();
  const behaviours: Record<string, ToolBehaviour | undefined> = tools;
  const features: McpFeatures = {
    serverInfo: { name: 'test', title: 'Test', version: '1.0.0' },
    instructions: 'None',
    tools: {
      list: {
        tools: [
          { name: 'read', inputSchema: input, annotations: { readOnlyHint: true } },
          { name: 'write', inputSchema: input, annotations: { readOnlyHint: false } },
        ],
      },
      call: (name, callArguments, context) => {
        const behaviour = behaviours[name];
        if (behaviour === undefined) throw new UnknownFeature(`there is no tool ${name}`);
        return behaviour(callArguments, context);
      },
    },
    prompts: {
      list: { prompts: [{ name: 'greet', arguments: [{ name: 'who' }] }] },
      get: async (_name, { who = '' }) => ({ messages: [{ role: 'user', content: { type: 'text', text: `Hello ${who}` } }] }),
    },
    resources: {
      templates: { resourceTemplates: [{ name: 'thing', uriTemplate: 'test://thing/{id}' }] },
      list: () => ({ resources: [{ name: 'one', uri: 'test://thing/1' }] }),
      async read(uri) {
        if (uri === 'test://broken') throw new Error('the key is secret-4711');
        if (uri !== 'test://thing/1') throw new ResourceNotFound(uri);
        return { contents: [{ uri, text: 'one' }] };
      },
      onListChanged(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    completion: { complete: async (_reference, { value }, known) => ({ values: [`${value}1`, ...Object.keys(known)] }) },
  };
  const faults: unknown[] = [];
  const { sessionLimits, ...doorOptions } = options;
  const sessions = new Sessions(sessionLimits);
  const shared = {
    sessions,
    createServer: createProtocolServers(features, (error) => faults.push(error)),
    outlivesClient: createOutlivingRule(features),
    ...doorOptions,
  };
  const connections = new Set<Socket>();
  const server = createDoorServer({
    doors: { ...createHttpSseDoors(shared), ...createStreamableHttpDoors(shared) },
    checks: [],
    log: { write: ({ level, message }) => level === 'error' && faults.push(message), flush: () => undefined },
    onConnection(socket) {
      connections.add(socket);
      socket.once('close', () => connections.delete(socket));
    },
  });
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${port}`,
    sessions,
    faults,
    changeResources: () => {
      for (const listener of listeners) listener();
    },
    async allLeft() {
      for (const socket of connections) await new Promise((left) => socket.once('close', left));
    },
    async close() {
      sessions.endAll();
      await server.close();
    },
  };
}

export function result(text: string): CallOutcome {
  const content: CallToolResult['content'] = [{ type: 'text', text }];
  return { kind: 'result', result: { content } };
}

export const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

export function request(id: number | string, method: string, params: object = {}): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}

export function initialize(protocolVersion = '2025-11-25', capabilities: object = {}): string {
  return request(0, 'initialize', { protocolVersion, capabilities, clientInfo: { name: 'raw', version: '0' } });
}

/** Opens a session of Streamable HTTP. @returns the headers for its requests. */
export async function openSession(url: string, revision?: string, capabilities?: object): Promise<Record<string, string>> {
  const answer = await rawRequest(`${url}/mcp`, { method: 'POST', headers: json, body: initialize(revision, capabilities) });
  const headers = { ...json, 'mcp-session-id': String(answer.headers['mcp-session-id']) };
  await rawRequest(`${url}/mcp`, { method: 'POST', headers, body: '{"jsonrpc":"2.0","method":"notifications/initialized"}' });
  return headers;
}

export interface ReceivedEvent {
  id?: string;
  data: string;
}

/** The events in the text of a stream that are whole. */
export function readEvents(text: string): ReceivedEvent[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((block) => {
      const id = /^id: (.*)$/m.exec(block)?.[1];
      return { ...(id === undefined ? {} : { id }), data: /^data: (.*)$/m.exec(block)?.[1] ?? '' };
    })
    .filter(({ id, data }) => id !== undefined || data !== '');
}
