import { SmartleadError } from '../../smartlead/smartlead-error.ts';
import type { Tool } from '../tool.ts';
import { createDiscoveryTool, unknownToolIssue } from './discovery-tool.ts';
import { describeToolName } from './discovery-tool-names.ts';
import { needsOf, possibleEffects } from './tool-needs.ts';

/** Tells everything about one tool: the definition that a longer list would hold, what it can do, and what it needs. */
export function createDescribeTool(tools: readonly Tool[]): Tool {
  const byName = new Map(tools.map((tool) => [tool.definition.name, tool]));
  const find = (name: unknown) => {
    const tool = byName.get(String(name));
    if (tool !== undefined) return tool;
    const issue = unknownToolIssue(String(name));
    throw new SmartleadError('invalid_arguments', `name ${issue.message}.`, { issues: [issue] });
  };
  return createDiscoveryTool({
    name: describeToolName,
    description: 'Input schema of a tool, what it does, and which settings and confirmation it needs.',
    parameters: [{ name: 'name', type: 'string', required: true }],
    notes: {},
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    check: ({ name }) => void find(name),
    answer({ name }) {
      const tool = find(name);
      const { needs, confirmed } = needsOf(tool);
      return { ...tool.definition, toolset: tool.toolset, effects: possibleEffects(tool), needs, confirmed };
    },
  });
}
