import {
  Client as CurrentClient,
  StreamableHTTPClientTransport as CurrentHttp,
  SSEClientTransport as CurrentSse,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as CurrentStdio } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport as LegacySse } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport as LegacyStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as LegacyHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const identity = { name: 'e2e', version: '1.0.0' };

/** What both generations of the official client have in common, as far as the tests use it. */
export interface McpClient {
  listTools(): Promise<{ tools: { name: string; description?: string | undefined }[] }>;
  callTool(request: {
    name: string;
    arguments?: Record<string, unknown>;
  }): Promise<{ isError?: boolean | undefined; structuredContent?: unknown; content?: unknown }>;
  close(): Promise<void>;
}

export interface StdioProgram {
  command: string;
  args: string[];
  env: Record<string, string>;
}

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

async function connectLegacy(transport: Parameters<LegacyClient['connect']>[0]): Promise<McpClient> {
  const client = new LegacyClient(identity);
  await client.connect(transport);
  return client as McpClient;
}

async function connectCurrent(transport: Parameters<CurrentClient['connect']>[0]): Promise<McpClient> {
  const client = new CurrentClient(identity);
  await client.connect(transport);
  return client as McpClient;
}

/** The official client in two generations, over HTTP+SSE, Streamable HTTP and stdio. */
export const mcpClients = {
  '1.x over SSE': (url: string, token: string) =>
    connectLegacy(new LegacySse(new URL(`${url}/sse`), { requestInit: bearer(token) }) as never),
  '1.x over Streamable HTTP': (url: string, token: string) =>
    connectLegacy(new LegacyHttp(new URL(`${url}/mcp`), { requestInit: bearer(token) }) as never),
  '2.x over SSE': (url: string, token: string) =>
    connectCurrent(new CurrentSse(new URL(`${url}/sse`), { requestInit: bearer(token) })),
  '2.x over Streamable HTTP': (url: string, token: string) =>
    connectCurrent(new CurrentHttp(new URL(`${url}/mcp`), { requestInit: bearer(token) })),
};

export const stdioClients = {
  '1.x over stdio': (program: StdioProgram) => connectLegacy(new LegacyStdio({ ...program, stderr: 'ignore' }) as never),
  '2.x over stdio': (program: StdioProgram) => connectCurrent(new CurrentStdio({ ...program, stderr: 'ignore' })),
};
