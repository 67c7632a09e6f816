import type { McpFeatures } from '../../features/mcp-features.ts';
import type { Log } from '../../observability/log.ts';
import { createConfirmations } from './confirmation.ts';
import type { ModernService } from './create-modern-door.ts';
import type { ModernSdk } from './load-sdk.ts';
import { createModernServer } from './modern-server.ts';

const noTools = '"tools":[]';

/** Serves the features of an instance in revision 2026-07-28. */
export function createModernService(sdk: ModernSdk, features: McpFeatures, log: Log): Required<ModernService> {
  const confirmations = createConfirmations(sdk);
  // The list of tools is large and always the same. The SDK answers with an empty one, and the text, made once, is put in its place.
  const withoutTools: McpFeatures = {
    ...features,
    tools: { list: { ...features.tools.list, tools: [] }, call: features.tools.call },
  };
  const tools = `"tools":${JSON.stringify(features.tools.list.tools)}`;
  return {
    createServer: () => createModernServer({ sdk, features: withoutTools, confirmations, log }),
    editAnswer: (method, json) => (method === 'tools/list' ? json.replace(noTools, () => tools) : json),
    watchChanges: (notify) => features.resources.onListChanged(() => notify.resourcesChanged()),
  };
}
