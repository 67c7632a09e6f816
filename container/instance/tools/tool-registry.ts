import type { ListToolsResult } from '@modelcontextprotocol/sdk/types.js';
import type { Toolset } from '../../../core/tool-selection.ts';
import { isRead, operations } from '../catalogue/catalogue.ts';
import type { SmartleadClient } from '../smartlead/smartlead-client.ts';
import { createOperationTool } from './operation-tool.ts';
import type { Tool } from './tool.ts';

/** The tools of an instance: one registry behind every transport and every session. */
export interface ToolRegistry {
  /** The answer to tools/list. Made once; the same object every time. */
  readonly list: ListToolsResult;
  find(name: string): Tool | undefined;
}

/** Builds the registry: every read operation of the chosen toolsets (all of them where none are chosen). */
export function createToolRegistry(client: Pick<SmartleadClient, 'call'>, toolsets?: readonly Toolset[]): ToolRegistry {
  const tools = operations
    .filter(isRead)
    .map((operation) => createOperationTool(operation, client))
    .filter((tool) => toolsets === undefined || toolsets.includes(tool.toolset));
  const byName = new Map(tools.map((tool) => [tool.definition.name, tool]));
  const list: ListToolsResult = { tools: tools.map((tool) => tool.definition) };
  return { list, find: (name) => byName.get(name) };
}
