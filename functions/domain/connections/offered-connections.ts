import type { InstanceMode } from '../../../core/instance-configuration.ts';
import { claudeCodeConnection } from './claude-code.ts';
import { claudeDesktopConnection } from './claude-desktop.ts';
import type { Connection, ConnectionTarget } from './connection.ts';
import { cursorConnection } from './cursor.ts';
import { mcpRemoteConnection } from './mcp-remote.ts';
import { n8nConnections } from './n8n.ts';
import { supergatewayConnection } from './supergateway.ts';
import { vscodeConnection } from './vscode.ts';

/** The connections that the mode of an instance allows: `sse` for clients on the network, `stdio` for bridges, `both` for all. */
export function offeredConnections(mode: InstanceMode, target: ConnectionTarget): Connection[] {
  const overNetwork = [
    ...n8nConnections(target),
    claudeCodeConnection(target),
    cursorConnection(target),
    vscodeConnection(target),
  ];
  const overBridge = [claudeDesktopConnection(target), mcpRemoteConnection(target), supergatewayConnection(target)];
  if (mode === 'sse') return overNetwork;
  if (mode === 'stdio') return overBridge;
  return [...overNetwork, ...overBridge];
}
