import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { createInstance, type Instance, type InstanceSettings } from '../../../container/instance/instance.ts';
import { createLog } from '../../../container/instance/observability/log.ts';
import { type Serving, type ServingOptions, startServing } from '../../../container/instance/serving.ts';
import { policySwitches } from '../../../core/policy.ts';
import { type StubSmartlead, startStubSmartlead } from './stub-smartlead.ts';

export const apiKey = 'demo-key+with/odd=characters%41';
export const token = 'token-of-the-instance';
export const authorization = { authorization: `Bearer ${token}` };

export interface RunningInstance {
  stub: StubSmartlead;
  instance: Instance;
  serving: Serving;
  url: string;
  /** Everything the instance has logged. */
  log(): string;
  close(): Promise<void>;
}

/** An instance in this process, at its network doors, in front of a stub of Smartlead. The rate limit is off unless asked for. */
export async function startInstance(
  settings: Partial<InstanceSettings> = {},
  serving: Partial<ServingOptions> = {},
): Promise<RunningInstance> {
  const stub = await startStubSmartlead();
  let logged = '';
  const output = {
    write: (text: string) => {
      logged += text;
    },
  };
  const log = createLog(output, 'debug');
  const policy = { policy: 'full', allow: policySwitches } as const;
  const instance = createInstance(
    { smartleadApiKey: apiKey, smartleadHosts: stub.hosts, policy, rateLimit: 'off', ...settings },
    log,
  );
  const running = await startServing(instance, { host: '127.0.0.1', port: 0, mode: 'both', token, ...serving }, log);
  return {
    stub,
    instance,
    serving: running,
    url: `http://127.0.0.1:${running.port}`,
    log() {
      log.flush();
      return logged;
    },
    async close() {
      await running.stop(0);
      await stub.close();
    },
  };
}

export type HttpTransportName = 'streamable-http' | 'http-sse';

/** The official client of the 1.x SDK, connected. */
export async function connectClient(url: string, transport: HttpTransportName = 'streamable-http'): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  const requestInit = { headers: authorization };
  await client.connect(
    transport === 'http-sse'
      ? new SSEClientTransport(new URL(`${url}/sse`), { requestInit })
      : (new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit }) as Parameters<Client['connect']>[0]),
  );
  return client;
}

/** Calls a tool and answers its structured content, with whether it is an error. */
export async function callTool(client: Client, name: string, callArguments: Record<string, unknown> = {}) {
  const result = (await client.callTool({ name, arguments: callArguments })) as CallToolResult;
  const [content] = result.content;
  return {
    isError: result.isError === true,
    value: result.structuredContent as Record<string, unknown>,
    text: content?.type === 'text' ? content.text : '',
  };
}
