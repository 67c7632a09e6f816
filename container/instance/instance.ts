import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { SmartleadHosts } from '../../core/instance-configuration.ts';
import type { CallPolicy } from '../../core/policy.ts';
import { resolveToolSelection, type ToolSelectionName } from '../../core/tool-selection.ts';
import { operations } from './catalogue/catalogue.ts';
import { toolName } from './catalogue/tool-name.ts';
import { createCompositeTools } from './composite/composite-tools.ts';
import { createCompletion } from './features/completion.ts';
import type { McpFeatures } from './features/mcp-features.ts';
import { instructions } from './instructions.ts';
import { createArgumentLog } from './observability/argument-log.ts';
import type { Log } from './observability/log.ts';
import { createMetrics, type Metrics } from './observability/metrics.ts';
import { listObstacle } from './policy/decide.ts';
import { keepToLists } from './policy/listed-operations.ts';
import { reasonOf } from './policy/refusal.ts';
import { createPrompts } from './prompts/prompts.ts';
import { createProtocolServers } from './protocol/protocol-server.ts';
import { rememberSerialised } from './protocol/serialised-result.ts';
import { campaignReads } from './resources/campaign-overview.ts';
import { createExports } from './resources/exports.ts';
import { createCampaignDirectory, createCategoryDirectory } from './resources/name-directory.ts';
import { createResources } from './resources/resources.ts';
import { createRateGovernor } from './smartlead/rate/create-rate-governor.ts';
import { addRateLimitGauges } from './smartlead/rate/rate-limit-gauges.ts';
import { createRedactor } from './smartlead/secret-removal.ts';
import { SmartleadClient } from './smartlead/smartlead-client.ts';
import { type TimeLimits, usualTimeLimits } from './smartlead/time-limits.ts';
import { WriteLedger } from './smartlead/write-ledger.ts';
import { loadValidator } from './tools/input-validation.ts';
import { createOperationTool } from './tools/operation-tool.ts';
import { createToolCaller } from './tools/tool-caller.ts';
import { createToolRegistry } from './tools/tool-registry.ts';
import { version } from './version.ts';

/** What an instance needs to know, wherever it was told. */
export interface InstanceSettings {
  smartleadApiKey: string;
  smartleadHosts: SmartleadHosts;
  /** What to offer: sets, a profile or discovery; everything where it is missing. */
  toolsets?: readonly ToolSelectionName[];
  policy: CallPolicy;
  /** `off`, or calls per second and minute such as `10/120`; the safe default where it is missing. */
  rateLimit?: string;
  /** Processes that share the rate limit of the key; 1 where it is missing. */
  processes?: number;
  /** How long Smartlead may take; the usual limits where it is missing. */
  timeLimits?: TimeLimits;
  /** Until when the arguments of calls are logged, too, ISO 8601; not at all where it is missing. */
  argumentLogUntil?: string;
}

/** One MCP server for one Smartlead account, not yet connected to anything. */
export interface Instance {
  readonly features: McpFeatures;
  readonly metrics: Metrics;
  /** Tool calls that run now, and writes that go on after their caller has left. */
  readonly callsInProgress: number;
  /** Makes a protocol engine for a new session, over the features that all sessions share. */
  createServer(): Server;
  /** Loads what the first tool call needs, so that it need not wait for it. */
  warmUp(): Promise<void>;
  /** Whether there is a tool of this name, offered or not. */
  knowsTool(name: string): boolean;
  /** Ends the connections to Smartlead. */
  close(): Promise<void>;
}

/** Puts the parts of an instance together. Nothing is sent anywhere yet. */
export function createInstance(settings: InstanceSettings, log: Log): Instance {
  const governor = createRateGovernor(settings.rateLimit, settings.processes);
  const { smartleadApiKey: apiKey, smartleadHosts: hosts, timeLimits = usualTimeLimits } = settings;
  const client = new SmartleadClient({ apiKey, hosts, governor, timeLimits });
  const ledger = new WriteLedger({ client, log });
  // What a tool needs on its way may not be denied; beside the tools, nothing may be read that is not allowed.
  const { policy } = settings;
  const steps = keepToLists(ledger, policy.deniedTools === undefined ? {} : { deniedTools: policy.deniedTools });
  const reads = keepToLists(ledger, policy);
  const exports = createExports();
  const registry = createToolRegistry(
    [
      ...createCompositeTools({ caller: steps, exports }),
      ...operations.map((operation) => createOperationTool(operation, steps)),
    ],
    resolveToolSelection(settings.toolsets),
    policy,
  );
  rememberSerialised(registry.list);
  const metrics = createMetrics();
  const callTool = createToolCaller({
    registry,
    policy,
    log,
    metrics,
    argumentLog: createArgumentLog(settings.argumentLogUntil, createRedactor(apiKey)),
  });
  let callsInProgress = 0;
  metrics.gauge('smartlead_mcp_tool_calls_in_progress', 'Tool calls that run now.', () => callsInProgress);
  addRateLimitGauges(metrics, governor);
  const countedCall: typeof callTool = async (...call) => {
    callsInProgress += 1;
    try {
      return await callTool(...call);
    } finally {
      callsInProgress -= 1;
    }
  };
  const prompts = createPrompts({ hasTool: registry.mayBeCalled });
  const resources = createResources({ exports, caller: reads, whyNoCampaigns: whyNoCampaigns(policy) });
  const features: McpFeatures = {
    serverInfo: { name: 'smartlead-mcp', title: 'Smartlead', version },
    instructions,
    tools: { list: registry.list, call: countedCall },
    prompts,
    resources,
    completion: createCompletion({
      campaigns: createCampaignDirectory(reads),
      categories: createCategoryDirectory(reads),
      prompts: prompts.list,
      templates: resources.templates,
    }),
  };
  return {
    features,
    metrics,
    get callsInProgress() {
      return callsInProgress + ledger.unattended;
    },
    createServer: createProtocolServers(features, (error) => logFault(log, error)),
    warmUp: async () => {
      await Promise.all([client.warmUp(), loadValidator()]);
    },
    knowsTool: (name) => registry.findAny(name) !== undefined,
    close: () => {
      exports.close();
      return client.close();
    },
  };
}

/** What forbids to read all that a campaign as a resource holds, or undefined. */
function whyNoCampaigns(policy: CallPolicy): string | undefined {
  for (const tool of campaignReads.map(toolName)) {
    const obstacle = listObstacle(policy, tool);
    if (obstacle !== undefined) return `${tool} ${reasonOf(obstacle)}`;
  }
  return undefined;
}

/** Records a fault of ours by its kind and place, without its message, which may hold anything. */
function logFault(log: Log, error: unknown): void {
  const place = error instanceof Error ? (error.stack?.match(/\n\s+at ([^\n]+)/)?.[1] ?? '') : '';
  log.write({
    level: 'error',
    message: `Request failed inside: ${error instanceof Error ? error.name : typeof error} ${place}`.trim(),
  });
}
