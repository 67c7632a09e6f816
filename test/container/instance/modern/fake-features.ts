import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { CallContext, CallOutcome, McpFeatures } from '../../../../container/instance/features/mcp-features.ts';

export interface FakeFeatures extends McpFeatures {
  /** Every call that was made. */
  calls: { name: string; callArguments: Record<string, unknown>; context: CallContext }[];
  /** Says that the list of resources has changed. */
  change(): void;
}

/** Features without Smartlead behind them: one tool, which does what the test says, and one resource. */
export function fakeFeatures(call: (context: CallContext) => CallOutcome | Promise<CallOutcome>): FakeFeatures {
  const listeners = new Set<() => void>();
  const calls: FakeFeatures['calls'] = [];
  return {
    calls,
    change() {
      for (const listener of listeners) listener();
    },
    serverInfo: { name: 'fake', title: 'Fake', version: '1.0.0' },
    instructions: 'A server for tests.',
    tools: {
      list: { tools: [{ name: 'act', description: 'Acts', inputSchema: { type: 'object' } }] },
      async call(name, callArguments, context) {
        calls.push({ name, callArguments, context });
        return call(context);
      },
    },
    prompts: { list: { prompts: [] }, get: async () => ({ messages: [] }) },
    resources: {
      templates: { resourceTemplates: [] },
      list: () => ({ resources: [{ name: 'file', uri: 'fake://file' }] }),
      read: async (uri) => ({ contents: [{ uri, text: 'content' }] }),
      onListChanged(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    completion: { complete: async (_reference, { value }) => ({ values: [`${value}!`] }) },
  };
}

/** The outcome of a call that did what it should. */
export function done(text = 'done'): CallOutcome {
  const result: CallToolResult = { content: [{ type: 'text', text }] };
  return { kind: 'result', result };
}
