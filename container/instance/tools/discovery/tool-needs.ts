import type { CallArguments } from '../../catalogue/call-arguments.ts';
import type { Effect } from '../../catalogue/operation.ts';
import { confirmedSwitches, decide } from '../../policy/decide.ts';
import type { Tool } from '../tool.ts';

/** What a tool may need before it runs, whatever its arguments: the most it can do decides. */
export interface ToolNeeds {
  /** Settings of the instance, such as `policy: standard` and `switch: send`. Empty for what every instance allows. */
  needs: string[];
  /** Whether each call has to be confirmed, or some may have to be. */
  confirmed: boolean;
}

/** Everything a call of the tool can do, whatever its arguments: some do more by being there, others by being left out. */
export function possibleEffects(tool: Tool): Effect[] {
  const all: CallArguments = Object.fromEntries(
    Object.keys(tool.definition.inputSchema.properties ?? {}).map((name) => [name, true]),
  );
  return [...new Set([...tool.effects({}), ...tool.effects(all)])];
}

export function needsOf(tool: Tool): ToolNeeds {
  const effects = possibleEffects(tool);
  const obstacles = decide(
    { policy: 'read-only', allow: [] },
    { tool: tool.definition.name, effects, administrative: tool.administrative },
  );
  return {
    needs: obstacles.flatMap((obstacle) => ('needs' in obstacle ? [`${obstacle.setting}: ${obstacle.needs}`] : [])),
    confirmed: confirmedSwitches(effects).length > 0,
  };
}
