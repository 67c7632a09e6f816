import type { Tool } from '../tool.ts';
import { createCallTool } from './call-tool.ts';
import { createDescribeTool } from './describe-tool.ts';
import { createSearchTools } from './search-tools.ts';

/** The three tools that stand for all others where those are too many to list. */
export function createDiscoveryTools(tools: readonly Tool[]): Tool[] {
  return [createSearchTools(tools), createDescribeTool(tools), createCallTool(tools)];
}
