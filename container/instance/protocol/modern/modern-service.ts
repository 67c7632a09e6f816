import { knownJson } from '../../features/known-json.ts';
import type { McpFeatures } from '../../features/mcp-features.ts';
import type { Log } from '../../observability/log.ts';
import { type Confirmations, createConfirmations } from './confirmation.ts';
import type { ModernService } from './door-service.ts';
import type { ModernSdk } from './load-sdk.ts';
import { createModernServer } from './modern-server.ts';

const noTools = '"tools":[]';

/** A service with what asks people, for calls that do not come through it. */
export interface FeatureService extends Required<ModernService> {
  confirmations: Confirmations;
}

/** Serves the features of an instance in revision 2026-07-28. */
export function createModernService(sdk: ModernSdk, features: McpFeatures, log: Log): FeatureService {
  const confirmations = createConfirmations(sdk);
  // The list of tools is large and always the same. The SDK answers with an empty one, and the text, made once, is put in its place.
  const withoutTools: McpFeatures = {
    ...features,
    tools: { list: { ...features.tools.list, tools: [] }, call: features.tools.call },
  };
  const { list } = features.tools;
  const tools = () => (knownJson(list) ?? JSON.stringify(list)).slice(1, -1);
  const identity = { 'io.modelcontextprotocol/serverInfo': features.serverInfo };
  return {
    confirmations,
    createServer: () => createModernServer({ sdk, features: withoutTools, confirmations, log }),
    editAnswer: (method, json) => (method === 'tools/list' ? json.replace(noTools, tools) : json),
    watchChanges: (notify) => features.resources.onListChanged(() => notify.resourcesChanged()),
    endOfListening(id) {
      const _meta = { 'io.modelcontextprotocol/subscriptionId': id, ...identity };
      return JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', _meta } });
    },
  };
}
