import { toolName } from '../catalogue/tool-name.ts';
import type { OperationCaller } from '../smartlead/operation-caller.ts';
import { listObstacle, type ToolLists } from './decide.ts';
import { refusal } from './refusal.ts';

/**
 * Calls operations only where the lists do not forbid the tool of that name: neither a step of another tool, nor the counting before a
 * question, nor a resource, nor completion is a way around them.
 */
export function keepToLists(caller: OperationCaller, lists: ToolLists): OperationCaller {
  if (lists.allowedTools === undefined && lists.deniedTools === undefined) return caller;
  return {
    async call(operation, callArguments, context) {
      const tool = toolName(operation.id);
      const obstacle = listObstacle(lists, tool);
      if (obstacle !== undefined) throw refusal(tool, [obstacle]);
      return caller.call(operation, callArguments, context);
    },
    remembers: (operation, callArguments) => caller.remembers?.(operation, callArguments) ?? false,
  };
}
