import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { SmartleadHosts } from '../../core/instance-configuration.ts';
import type { Toolset } from '../../core/tool-selection.ts';
import type { Log } from './observability/log.ts';
import { createMetrics, type Metrics } from './observability/metrics.ts';
import { createProtocolServer } from './protocol/protocol-server.ts';
import { rememberSerialised } from './protocol/serialised-result.ts';
import { createRateGovernor } from './smartlead/rate-governor.ts';
import { SmartleadClient } from './smartlead/smartlead-client.ts';
import { loadValidator } from './tools/input-validation.ts';
import { createToolCaller } from './tools/tool-caller.ts';
import { createToolRegistry } from './tools/tool-registry.ts';

/** What an instance needs to know, wherever it was told. */
export interface InstanceSettings {
  smartleadApiKey: string;
  smartleadHosts: SmartleadHosts;
  /** Toolsets to offer; all where there are none. */
  toolsets?: readonly Toolset[];
  /** `off`, or calls per second and minute such as `10/120`; the safe default where it is missing. */
  rateLimit?: string;
}

/** One MCP server for one Smartlead account, not yet connected to anything. */
export interface Instance {
  readonly metrics: Metrics;
  /** Tool calls that run now. */
  readonly callsInProgress: number;
  /** Makes a protocol engine for a new session, over the tools that all sessions share. */
  createServer(): Server;
  /** Loads what the first tool call needs, so that it need not wait for it. */
  warmUp(): Promise<void>;
  /** Ends the connections to Smartlead. */
  close(): Promise<void>;
}

/** Puts the parts of an instance together. Nothing is sent anywhere yet. */
export function createInstance(settings: InstanceSettings, log: Log): Instance {
  const governor = createRateGovernor(settings.rateLimit);
  const client = new SmartleadClient({ apiKey: settings.smartleadApiKey, hosts: settings.smartleadHosts, governor });
  const registry = createToolRegistry(client, settings.toolsets);
  rememberSerialised(registry.list);
  const metrics = createMetrics();
  const callTool = createToolCaller({ log, metrics });
  let callsInProgress = 0;
  metrics.gauge('smartlead_mcp_tool_calls_in_progress', 'Tool calls that run now.', () => callsInProgress);
  metrics.gauge('smartlead_mcp_rate_limit_waiting', 'Calls that wait for the rate limit.', () => governor.waiting);
  const countedCall: typeof callTool = async (...call) => {
    callsInProgress += 1;
    try {
      return await callTool(...call);
    } finally {
      callsInProgress -= 1;
    }
  };
  return {
    metrics,
    get callsInProgress() {
      return callsInProgress;
    },
    createServer: () => createProtocolServer({ registry, callTool: countedCall }),
    warmUp: async () => {
      await Promise.all([client.warmUp(), loadValidator()]);
    },
    close: () => client.close(),
  };
}
