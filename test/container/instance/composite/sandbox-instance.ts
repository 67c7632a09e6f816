import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { CallContext, McpFeatures } from '../../../../container/instance/features/mcp-features.ts';
import { createInstance, type Instance, type InstanceSettings } from '../../../../container/instance/instance.ts';
import { createLog } from '../../../../container/instance/observability/log.ts';
import { policySwitches } from '../../../../core/policy.ts';
import { type Sandbox, startSandbox } from '../../../../selfhost/sandbox/main.ts';
import { SandboxClient, unhurriedClock } from '../../../selfhost/sandbox/sandbox-client.ts';

export interface Progress {
  done: number;
  total: number | undefined;
  message: string | undefined;
}

export interface CallOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

export interface SandboxInstance {
  sandbox: Sandbox;
  /** Looks at the account past the instance. */
  smartlead: SandboxClient;
  instance: Instance;
  features: McpFeatures;
  /** Calls a tool as a client would whose user agrees to everything. */
  call(name: string, callArguments: Record<string, unknown>, options?: CallOptions): Promise<ToolCall>;
  /** Ids of the operations the sandbox was asked for since the last time. */
  operationsAsked(): (string | undefined)[];
  close(): Promise<void>;
}

export interface ToolCall {
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes, looked into by tests
  value: any;
  isError: boolean;
  result: CallToolResult;
  progress: Progress[];
}

export const readContext = { signal: new AbortController().signal, requestId: 'test', session: 'test' };

/** An instance in front of a sandbox of its own whose rate limit never bites. */
export async function startSandboxInstance(settings: Partial<InstanceSettings> = {}): Promise<SandboxInstance> {
  const sandbox = await startSandbox({ clock: unhurriedClock() });
  const log = createLog({ write: () => undefined }, 'error');
  const instance = createInstance(
    {
      smartleadApiKey: 'demo-pro-composite',
      smartleadHosts: sandbox.hosts,
      policy: { policy: 'full', allow: policySwitches },
      rateLimit: 'off',
      ...settings,
    },
    log,
  );
  return {
    sandbox,
    smartlead: new SandboxClient(sandbox, 'demo-pro-composite'),
    instance,
    features: instance.features,
    async call(name, callArguments, { signal = readContext.signal, onProgress } = {}) {
      const progress: Progress[] = [];
      const context: CallContext = {
        ...readContext,
        signal,
        asks: 'protocol',
        progress: (done, total, message) => {
          progress.push({ done, total, message });
          onProgress?.({ done, total, message });
        },
      };
      let outcome = await instance.features.tools.call(name, callArguments, context);
      if (outcome.kind === 'question') {
        const confirmation = { answer: 'accepted', message: outcome.question.message } as const;
        outcome = await instance.features.tools.call(name, callArguments, { ...context, confirmation });
      }
      if (outcome.kind === 'question') throw new Error(`asked: ${outcome.question.message}`);
      const { result } = outcome;
      return { value: result.structuredContent, isError: result.isError === true, result, progress };
    },
    operationsAsked() {
      const asked = sandbox.requests().map(({ operation }) => operation);
      sandbox.clearRequests();
      return asked;
    },
    async close() {
      await instance.close();
      await sandbox.close();
    },
  };
}

/** So many leads whose addresses nobody has. */
export function makeLeads(count: number, label = 'new') {
  return Array.from({ length: count }, (_, index) => ({
    email: `${label}.${index}@leads.example.com`,
    first_name: `First ${index}`,
    company_name: `Company ${index}`,
    custom_fields: { job_title: 'Buyer' },
  }));
}
