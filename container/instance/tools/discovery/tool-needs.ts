import { confirmedSwitches, decide } from '../../policy/decide.ts';
import type { Tool } from '../tool.ts';

/** What a tool may need before it runs, whatever its arguments: the most it can do decides. */
export interface ToolNeeds {
  /** Settings of the instance, such as `policy: standard` and `switch: send`. Empty for what every instance allows. */
  needs: string[];
  /** Whether each call has to be confirmed, or some may have to be. */
  confirmed: boolean;
}

export function needsOf(tool: Tool): ToolNeeds {
  const effects = tool.effects({});
  const obstacles = decide(
    { policy: 'read-only', allow: [] },
    { tool: tool.definition.name, effects, administrative: tool.administrative },
  );
  return {
    needs: obstacles.flatMap((obstacle) => ('needs' in obstacle ? [`${obstacle.setting}: ${obstacle.needs}`] : [])),
    confirmed: confirmedSwitches(effects).length > 0,
  };
}
